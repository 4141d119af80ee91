/** Colours that can be read, whichever accent, background and text a page asks for (WCAG AA). */

/** @typedef {readonly [number, number, number]} Colour sRGB, each part from 0 to 1 */
/** @typedef {Record<string, Colour>} Palette */

const TEXT = 4.5;
const EDGE = 3;
/** @type {Colour} */
const BLACK = [0, 0, 0];
/** @type {Colour} */
export const WHITE = [1, 1, 1];
const LIGHT = {
  sheet: hex(0xfffefb),
  ink: hex(0x22262b),
  accent: hex(0x1d5a7a),
  good: hex(0x2b6a44),
  doubt: hex(0x744600),
  edge: hex(0xc98f2d),
  bad: hex(0x8f2424),
};
const DARK = {
  sheet: hex(0x1d2024),
  ink: hex(0xe6e3db),
  accent: hex(0x8cc4e0),
  good: hex(0x86cfa2),
  doubt: hex(0xf0c683),
  edge: hex(0xa37a2c),
  bad: hex(0xf2a7a0),
};

/**
 * All colours of the widget, made of those that the page chose.
 * @param {boolean} dark
 * @param {{ accent?: Colour | null, sheet?: Colour | null, ink?: Colour | null }} chosen
 * @returns {Palette}
 */
export function paletteOf(dark, chosen) {
  const sheet = chosen.sheet ?? (dark ? DARK : LIGHT).sheet;
  const base = luminance(sheet) < 0.2 ? DARK : LIGHT; // of the ground that is really there
  const accent = chosen.accent ?? base.accent;
  const wash = mix(sheet, accent, 0.1);
  const warn = mix(sheet, base.edge, 0.13);
  const grounds = [sheet, wash, warn];
  const ink = readable(chosen.ink ?? base.ink, grounds, TEXT);
  return {
    sheet,
    ink,
    accent,
    "on-accent": contrast(WHITE, accent) >= TEXT ? WHITE : strongest(accent),
    link: readable(accent, grounds, TEXT),
    ring: readable(accent, [sheet], EDGE),
    wash,
    warn,
    soft: readable(mix(ink, sheet, 0.27), grounds, TEXT),
    line: mix(sheet, ink, 0.16),
    field: readable(mix(sheet, ink, 0.5), [sheet], EDGE),
    good: readable(base.good, grounds, TEXT),
    doubt: readable(base.doubt, grounds, TEXT),
    edge: readable(base.edge, [sheet], EDGE),
    bad: readable(base.bad, grounds, TEXT),
  };
}

/**
 * A colour as style sheets write it.
 * @param {Colour} colour
 */
export function written(colour) {
  return `rgb(${colour.map((part) => Math.round(part * 255)).join(" ")})`;
}

/**
 * Any colour of CSS by its parts, as the browser understands it.
 * @param {HTMLElement} probe an element whose colour nobody sees
 * @param {string | null} text
 * @returns {Colour | null} nothing, if it is no colour or wholly transparent
 */
export function colourOf(probe, text) {
  const value = text?.trim() ?? "";
  if (!value || !CSS.supports("color", value)) return null;
  probe.style.color = value;
  probe.style.color = `color-mix(in srgb, ${value}, ${value})`; // kept where it is understood
  const computed = getComputedStyle(probe).color;
  probe.removeAttribute("style");
  const [red = 0, green = 0, blue = 0, alpha = 1] = (computed.match(/[\d.e-]+/g) ?? []).map(Number);
  const whole = computed.startsWith("rgb") ? 255 : 1;
  return alpha ? [red / whole, green / whole, blue / whole] : null;
}

/**
 * The contrast of two colours, from 1 to 21.
 * @param {Colour} one
 * @param {Colour} other
 */
export function contrast(one, other) {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/**
 * A colour as near to what was wanted as can be read on all of these grounds.
 * @param {Colour} colour
 * @param {Colour[]} grounds
 * @param {number} least
 * @returns {Colour}
 */
function readable(colour, grounds, least) {
  const end = strongest(grounds[0] ?? WHITE);
  /** @param {number} share */
  const fails = (share) =>
    grounds.some((ground) => contrast(mix(colour, end, share), ground) < least + 0.05);
  let share = 0;
  while (share < 1 && fails(share)) share += 0.05;
  return mix(colour, end, Math.min(share, 1));
}

/**
 * @param {Colour} ground
 * @returns {Colour}
 */
function strongest(ground) {
  return contrast(BLACK, ground) > contrast(WHITE, ground) ? BLACK : WHITE;
}

/**
 * @param {Colour} from
 * @param {Colour} to
 * @param {number} share of `to`
 * @returns {Colour}
 */
function mix(from, to, share) {
  /** @param {0 | 1 | 2} i */
  const part = (i) => from[i] + (to[i] - from[i]) * share;
  return [part(0), part(1), part(2)];
}

/** @param {Colour} colour */
function luminance(colour) {
  /** @param {number} part */
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = colour;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/**
 * @param {number} value
 * @returns {Colour}
 */
function hex(value) {
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
