/** Elements made without markup: all that is shown is set as text, so none of it can be a tag. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element with properties (`class`, `data-…`, `aria-…`, `role` and such as attributes) and
 * children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {any} */ (value));
    else if (name in element && !name.includes("-")) Reflect.set(element, name, value);
    else if (value !== null) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * A button that says what it does.
 * @param {string} className
 * @param {Child} content
 * @param {() => void} onclick
 * @param {Record<string, unknown>} [more]
 */
export function button(className, content, onclick, more = {}) {
  return make("button", { type: "button", class: className, onclick, ...more }, content);
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * A drawing of one line, 24 by 24, in the colour of the text around it.
 * @param {string} path
 */
export function icon(path) {
  const drawing = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

/**
 * An address on the server, if it is one: nothing else becomes a link.
 * @param {string} server
 * @param {unknown} path
 * @returns {string | null}
 */
export function addressOn(server, path) {
  if (typeof path !== "string") return null;
  try {
    const url = new URL(path, server);
    const plain = url.protocol === "https:" || url.protocol === "http:";
    return plain && url.origin === new URL(server).origin ? url.href : null;
  } catch {
    return null; // no address at all
  }
}
