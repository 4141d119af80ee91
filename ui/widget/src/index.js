/** The way in: `<script … data-site>` brings a launcher, and a module brings the element alone. */

import { PolicyQAElement, cameFrom } from "./element.js";

const TAG = "policy-qa";

/** The class of `<policy-qa>`, to be extended or defined by another name. */
export const PolicyQA = PolicyQAElement;

/** Make `<policy-qa>` known to the page. A script that is loaded twice does so once. */
export function define() {
  if (!customElements.get(TAG)) customElements.define(TAG, PolicyQAElement);
}

/**
 * Called by the script itself.
 * @param {string | undefined} address where the script came from
 * @param {Element | null} script its own element; a module has none
 */
export function start(address, script) {
  if (!script && address) return cameFrom(address);
  // It was loaded in another way, or a picture of that name hides `document.currentScript`.
  if (!(script instanceof HTMLScriptElement))
    return console.warn("policy-qa: widget.js must be loaded by a plain <script src>; as a module, use widget.mjs.");
  if (address) cameFrom(address);
  define();
  const of = { open: () => launcher()?.open(), close: () => launcher()?.close() };
  Object.assign(window, { policyqa: { ...of, ask: askLauncher } });
  if (!script.dataset.site) return;
  const origin = address ? new URL(address, location.href).origin : location.origin;
  if (document.body) launch(script, origin);
  else addEventListener("DOMContentLoaded", () => launch(script, origin), { once: true });
}

/** @param {string} question */
async function askLauncher(question) {
  return (await launcher()?.ask(question)) ?? null;
}

/** The element that `window.policyqa` means: the launcher, or whatever else there is. */
function launcher() {
  const found = document.querySelector(`${TAG}:not([inline], [data-inline])`) ?? document.querySelector(TAG);
  return /** @type {PolicyQAElement | null} */ (found);
}

/**
 * @param {HTMLScriptElement} script
 * @param {string} origin of the script
 */
function launch(script, origin) {
  const element = document.createElement(TAG);
  for (const { name, value } of script.attributes)
    if (name.startsWith("data-")) element.setAttribute(name, value);
  if (!script.dataset.server) element.setAttribute("data-server", origin);
  const inline = "inline" in script.dataset;
  if (inline && document.body.contains(script)) return script.after(element);
  const { site = "", server = origin } = script.dataset;
  const same = `${TAG}[data-site="${CSS.escape(site)}"][data-server="${CSS.escape(server)}"]`;
  if (!document.querySelector(same)) document.body.append(element);
}
