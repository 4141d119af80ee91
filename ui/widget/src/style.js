/**
 * The looks. Sheets are constructed, which every Content-Security-Policy allows, and shared by all
 * copies; colours come from the palette as variables. `all: initial` keeps the page's styles out,
 * and `em` of the reader's own font size makes the widget independent of the page's.
 */

const LAUNCHER = `
:host(:not([inline], [data-inline])) { all: initial !important; display: contents !important; }
:host { display: block; }
:host([hidden]) { display: none !important; }
.root, .root * { box-sizing: border-box; }
.root {
  all: initial; display: block; font: 1em/1.5 var(--policyqa-font, var(--font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif));
  font-size: medium; color: var(--ink); text-align: start; overflow-wrap: anywhere;
  color-scheme: light; --corner: var(--policyqa-radius, var(--radius, 12px)); --layer: var(--policyqa-z, 2147483000);
}
.dark { color-scheme: dark; }
button { font: inherit; color: inherit; background: none; border: 1px solid transparent; margin: 0; padding: 0; cursor: pointer; }
svg { width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none; }
:focus-visible { outline: 2px solid var(--ring); outline-offset: 2px; }
.launcher {
  position: fixed; inset-block-end: 1.25em; inset-inline-end: 1.25em; z-index: var(--layer);
  display: flex; align-items: center; gap: .55em; min-height: 3em; padding: 0 1.15em; max-width: calc(100vw - 2.5em);
  font-weight: 600; background: var(--accent); color: var(--on-accent); border-radius: min(1.5em, 2 * var(--corner));
  box-shadow: 0 1px 2px rgb(0 0 0 / .25), 0 4px 16px rgb(0 0 0 / .22);
}
.launcher:focus-visible { outline: 3px solid var(--accent); box-shadow: 0 0 0 2px #fff, 0 0 0 7px #fff; }
.left .launcher { inset-inline: auto; left: 1.25em; }
.right .launcher { inset-inline: auto; right: 1.25em; }
@media (max-width: 480px) {
  .launcher { width: 3.25em; height: 3.25em; padding: 0; justify-content: center; }
  .launcher span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
}
@media print { :host(:not([inline], [data-inline])) { display: none !important; } }
`;

const PANEL = `
h2, h3, p, ul, ol, blockquote, form, dl { margin: 0; padding: 0; font: inherit; }
ul, ol { list-style: none; }
a { color: var(--link); text-underline-offset: .15em; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.panel {
  display: flex; flex-direction: column; margin: 0; padding: 0; max-width: none; max-height: none; overflow: hidden;
  background: var(--sheet); color: var(--ink); border: 1px solid var(--line); border-radius: var(--corner);
}
dialog.panel {
  position: fixed; inset: auto 1.25em 5.25em auto; inset-inline: auto 1.25em; z-index: var(--layer);
  width: min(var(--policyqa-width, 26em), 100vw - 2.5em); height: min(var(--policyqa-height, 42em), 100dvh - 6.5em);
  box-shadow: 0 2px 6px rgb(0 0 0 / .12), 0 12px 40px rgb(0 0 0 / .25); animation: rise .16s ease-out;
}
dialog.panel:not([open]) { display: none; }
dialog.panel::backdrop { background: none; }
.left dialog.panel { inset-inline: auto; left: 1.25em; }
.right dialog.panel { inset-inline: auto; right: 1.25em; }
section.panel { height: var(--policyqa-height, auto); max-height: var(--policyqa-height, 42em); width: var(--policyqa-width, auto); }
@keyframes rise { from { opacity: 0; transform: translateY(.5em); } }
header { display: flex; align-items: center; gap: .25em; padding: .6em .6em .6em 1.1em; padding-inline: 1.1em .6em; border-block-end: 1px solid var(--line); }
.title { flex: 1; min-width: 0; font-weight: 600; line-height: 1.3; max-height: 2.6em; overflow: hidden; }
.plain {
  display: inline-flex; align-items: center; justify-content: center; gap: .35em; min-height: 2.2em; min-width: 2.2em; padding: .1em .55em;
  font-size: .875em; color: var(--soft); border-radius: min(.4em, var(--corner));
}
.edged { color: var(--link); border-color: var(--field); padding-inline: .8em; margin: .15em .55em; }
.plain:hover { color: var(--link); border-color: var(--line); }
.plain[aria-pressed=true] { color: var(--link); background: var(--wash); border-color: currentColor; }
.log { flex: 1 1 auto; min-height: 8em; overflow-y: auto; overscroll-behavior: contain; padding: 1.1em; scrollbar-width: thin; scrollbar-color: var(--line) transparent; position: relative; }
.log:focus-visible { outline-offset: -3px; }
.greeting { color: var(--soft); }
.start h3 { font-size: .875em; font-weight: 600; margin: 1.2em 0 .45em; }
.suggestion { display: block; width: 100%; text-align: start; padding: .55em .8em; margin-block-end: .5em; border-color: var(--line); border-radius: min(.6em, var(--corner)); line-height: 1.4; }
.suggestion:hover { background: var(--wash); border-color: var(--ring); }
.exchange + .exchange { margin-block-start: 1.5em; padding-block-start: 1.4em; border-block-start: 1px solid var(--line); }
.asked { font-weight: 600; line-height: 1.4; margin-block-end: .6em; white-space: pre-line; }
.claim { margin-block-end: .7em; line-height: 1.6; }
.proof { white-space: nowrap; font-size: .8125em; }
.cite { min-width: 1.9em; min-height: 1.85em; padding: 0 .3em; margin-inline-end: .15em; color: var(--link); background: var(--wash); border-radius: .35em; font-weight: 600; line-height: 1.5; vertical-align: .06em; }
.cite:hover { border-color: currentColor; }
.cite[aria-expanded=true] { background: var(--accent); color: var(--on-accent); border-color: currentColor; }
.seal { color: var(--good); }
.seal::before { content: "✓ "; content: "✓ " / ""; }
.seal.open { color: var(--doubt); }
.seal.open::before { content: "! "; content: "! " / ""; }
.source { margin: -.15em 0 1em; padding: .7em .9em; background: var(--wash); border-inline-start: 3px solid var(--ring); border-start-end-radius: min(.5em, var(--corner)); border-end-end-radius: min(.5em, var(--corner)); font-size: .9375em; line-height: 1.5; }
.source blockquote::before { content: "“"; }
.source blockquote::after { content: "”"; }
.source blockquote { margin-block-end: .5em; }
.name { font-weight: 600; font-size: .9375em; }
.facts { color: var(--soft); font-size: .875em; }
.open-document { display: inline-block; padding-block: .25em; font-size: .9375em; }
.abstention { padding: .9em 1.05em; background: var(--warn); border-inline-start: 4px solid var(--edge); border-start-end-radius: min(.5em, var(--corner)); border-end-end-radius: min(.5em, var(--corner)); }
.abstention > p { color: var(--doubt); font-weight: 600; line-height: 1.45; }
.abstention h3 { font-size: .875em; margin: .9em 0 .15em; }
.near { padding-block: .6em; font-size: .9375em; line-height: 1.45; }
.near + .near { border-block-start: 1px solid var(--line); }
.near a { display: inline-block; }
.reply, .rest { margin-block-end: .5em; }
.rest, .made { color: var(--soft); font-size: .875em; }
.failed { color: var(--bad); line-height: 1.45; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .1em; margin: .35em 0 0 -.55em; margin-inline: -.55em 0; }
.down svg { transform: rotate(180deg); }
.status, .notice, .privacy { margin: 0 1.1em; font-size: .875em; line-height: 1.45; }
.status { color: var(--soft); }
.status > :first-child:not(.unseen) { display: block; padding-block-end: .6em; }
.status .busy::before { content: ""; display: inline-block; width: .55em; height: .55em; margin-inline-end: .6em; border: .3em solid var(--ring); border-radius: 50%; box-sizing: border-box; animation: breathe 1.3s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: .25; } }
.notice { color: var(--doubt); }
.notice > * { padding-block-end: .6em; }
.count { font-variant-numeric: tabular-nums; font-weight: 600; }
form { display: flex; align-items: flex-end; gap: .5em; padding: .75em; border-block-start: 1px solid var(--line); }
textarea {
  flex: 1; min-width: 0; font: inherit; line-height: 1.4; color: inherit; background: transparent; resize: none; field-sizing: content;
  min-height: 2.6em; max-height: 8em; padding: .55em .75em; margin: 0; border: 1px solid var(--field); border-radius: min(.6em, var(--corner)); scrollbar-width: thin;
}
textarea::placeholder { color: var(--soft); opacity: 1; }
textarea:focus-visible { outline: 2px solid var(--ring); outline-offset: -1px; }
.send { flex: none; min-height: 2.6em; padding: 0 1.05em; font-weight: 600; background: var(--accent); color: var(--on-accent); border-radius: min(.6em, var(--corner)); }
.send[aria-disabled=true] { background: transparent; color: var(--soft); border-color: var(--field); cursor: default; }
.send.stop { background: transparent; color: var(--ink); border-color: var(--field); }
.privacy { color: var(--soft); padding-block-end: .8em; font-size: .8125em; }
@media (max-width: 480px), (max-height: 480px) {
  .root > dialog.panel { inset: var(--top, 0) 0 auto; width: auto; height: var(--seen, 100dvh); border: 0; border-radius: 0; animation: none; }
}
@media (pointer: coarse) { .plain, .cite { min-height: 2.4em; min-width: 2.4em; } textarea { font-size: max(1em, 16px); } }
@media (prefers-reduced-motion: reduce) { .root *, .root *::before { animation: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .cite, .suggestion, .send, .launcher, .plain[aria-pressed=true] { border-color: currentColor; } .cite[aria-expanded=true], .plain[aria-pressed=true] { background: Highlight; color: HighlightText; forced-color-adjust: none; } }
@media print { section.panel { max-height: none; height: auto; } .log { overflow: visible; } form, .actions, .status, .notice, header .plain { display: none; } }
`;

/** @type {Map<string, CSSStyleSheet>} */
const SHEETS = new Map();

/** The sheet of the launcher, which is all that a page needs until somebody opens the panel. */
export function launcherSheet() {
  return shared(LAUNCHER);
}

/** The sheet of everything else. */
export function panelSheet() {
  return shared(PANEL);
}

/**
 * One rule that holds the variables of one copy. Values are set one by one, so that none of them
 * can close the rule and begin another.
 */
export class Variables {
  sheet = new CSSStyleSheet();

  constructor() {
    this.sheet.replaceSync(".root {}");
  }

  /** @param {Record<string, string | null>} values by name; `null` takes one away */
  set(values) {
    const { style } = /** @type {CSSStyleRule} */ (this.sheet.cssRules[0]);
    for (const [name, value] of Object.entries(values)) style.setProperty(`--${name}`, value);
  }
}

/** @param {string} text */
function shared(text) {
  const sheet = SHEETS.get(text) ?? new CSSStyleSheet();
  if (!SHEETS.has(text)) sheet.replaceSync(text);
  SHEETS.set(text, sheet);
  return sheet;
}
