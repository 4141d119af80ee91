/** How one copy looks: the colours and shapes that its page chose, as far as they are any. */

import { WHITE, colourOf, contrast, paletteOf, written } from "./palette.js";

/** The attributes that change nothing but looks. */
export const LOOKS = ["scheme", "accent", "radius", "font", "position"];
const SIDES = ["left", "right"];

/**
 * The variables of a copy; its root gets the classes that go with them.
 * @param {HTMLElement} root
 * @param {CSSStyleDeclaration} style of the element, which holds the page's own variables
 * @param {(name: string) => string | null} attribute
 * @returns {Record<string, string | null>}
 */
export function painted(root, style, attribute) {
  /** @param {string} name */
  const own = (name) => colourOf(root, style.getPropertyValue(`--policyqa-${name}`));
  const accent = own("accent") ?? colourOf(root, attribute("accent"));
  const palette = paletteOf(isDark(attribute("scheme")), {
    accent,
    sheet: own("background"),
    ink: own("text"),
  });
  root.classList.toggle("dark", contrast(palette.sheet ?? WHITE, WHITE) > 4);
  for (const side of SIDES) root.classList.toggle(side, attribute("position") === side);
  const colours = Object.entries(palette).map(([name, colour]) => [name, written(colour)]);
  return {
    ...Object.fromEntries(colours),
    radius: supported("border-radius", attribute("radius")),
    font: supported("font-family", attribute("font")),
  };
}

/** @param {string | null} scheme */
function isDark(scheme) {
  if (scheme === "dark" || scheme === "light") return scheme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * A value that the browser understands, or none; a bare number is one of pixels.
 * @param {string} property
 * @param {string | null} value
 */
function supported(property, value) {
  const text = /^\d+$/.test(value ?? "") ? `${value}px` : (value ?? "");
  return text && CSS.supports(property, text) ? text : null;
}
