/** The sentences of an answer, each with the numbers of its sources, which unfold in place. */

import { factsOf } from "./answer.js";
import { addressOn, button, make } from "./dom.js";

/** @typedef {import("./answer.js").Citation} Citation */
/** @typedef {import("./answer.js").Told} Told */
/** @typedef {import("./answer.js").Numbered} Numbered */
/**
 * @typedef {object} Tools what every part of the conversation needs
 * @property {import("./texts.js").Say} say
 * @property {string} language
 * @property {string} server
 */

/** The claims of one answer. What is there already stays, for a reader may be in it. */
export class Claims {
  element = make("div", { class: "claims" });
  /** @type {{ key: string, seal: HTMLElement, parts: HTMLElement[] }[]} */
  #shown = [];

  /** @param {Tools} tools */
  constructor(tools) {
    this.tools = tools;
  }

  /** @param {Told[]} claims all that the answer holds in the end */
  settle(claims) {
    claims.forEach((claim, i) => this.put(i, claim));
    for (const { parts } of this.#shown.splice(claims.length)) parts.forEach((p) => p.remove());
  }

  /**
   * Show a claim at its place; the same one again changes nothing.
   * @param {number} place from 0, and no gap
   * @param {Told} claim
   */
  put(place, claim) {
    const key = JSON.stringify([claim.text, claim.citations.map(({ index }) => index)]);
    const old = this.#shown[place];
    if (old?.key === key) return showSeal(old.seal, claim, this.tools); // read aloud once is enough
    const seal = make("span", { class: "seal" });
    showSeal(seal, claim, this.tools);
    const unfolded = make("div", { class: "source", hidden: true, "aria-live": "off" });
    const cites = claim.citations.map((cited) => this.#cite(cited, unfolded));
    const proof = make("span", { class: "proof" }, ...cites, seal);
    const text = make("p", { class: "claim", dir: "auto" }, claim.text, " ", proof);
    const parts = [text, unfolded];
    this.#shown[place] = { key, seal, parts };
    if (old) old.parts[0]?.before(...parts);
    else this.element.append(...parts);
    old?.parts.forEach((part) => part.remove());
  }

  /**
   * @param {Numbered} cited
   * @param {HTMLElement} unfolded where its words go
   */
  #cite(cited, unfolded) {
    const number = String(cited.index + 1);
    unfolded.id ||= newId();
    const press = button("cite", `[${number}]`, () => {
      const open = press.getAttribute("aria-expanded") !== "true";
      for (const each of press.parentElement?.querySelectorAll(".cite") ?? [])
        each.setAttribute("aria-expanded", String(open && each === press));
      unfolded.replaceChildren(...(open ? sourceParts(cited, this.tools) : []));
      unfolded.hidden = !open;
      if (open) unfolded.scrollIntoView({ block: "nearest" });
    });
    press.setAttribute("aria-label", this.tools.say("cite", { n: number, title: cited.title }));
    press.setAttribute("aria-expanded", "false");
    press.setAttribute("aria-controls", unfolded.id);
    return press;
  }
}

/**
 * The nearest passage of an answer that there is not.
 * @param {Citation} place
 * @param {Tools} tools
 */
export function nearPassage(place, tools) {
  const quote = make("p", { dir: "auto" }, place.quote);
  return make("li", { class: "near" }, quote, linked(place, place.title, "name", tools), facts(place, tools));
}

/**
 * @param {Numbered} cited
 * @param {Tools} tools
 */
function sourceParts(cited, tools) {
  return [
    make("blockquote", { dir: "auto" }, cited.quote),
    make("p", { class: "name", dir: "auto" }, `[${cited.index + 1}] ${cited.title}`),
    facts(cited, tools),
    linked(cited, tools.say("document"), "open-document", tools),
  ];
}

/**
 * @param {Citation} place
 * @param {Tools} tools
 */
function facts(place, { say, language }) {
  return make("p", { class: "facts", dir: "auto" }, factsOf(place, say, language));
}

/**
 * A link to the words in their document, or the text alone where there is no page of it.
 * @param {Citation} place
 * @param {string} text
 * @param {string} className
 * @param {Tools} tools
 */
function linked(place, text, className, { server, say }) {
  const href = addressOn(server, place.url);
  if (!href) return make("p", { class: className, dir: "auto" }, className === "name" ? text : "");
  const tab = make("span", { class: "unseen" }, `(${say("tab")})`);
  const to = { href, target: "_blank", rel: "noopener", class: className, dir: "auto" };
  return make("a", to, text, " ", tab);
}

/**
 * What was done to confirm a claim.
 * @param {HTMLElement} seal
 * @param {Told} claim
 * @param {Tools} tools
 */
function showSeal(seal, claim, { say }) {
  const sound = claim.verdict === "supported";
  const kind = claim.translated ? "translated" : claim.computed ? "computed" : "checked";
  const text = say(sound ? kind : "unchecked");
  seal.classList.toggle("open", !sound);
  seal.title = sound ? say(`${kind}-how`) : "";
  if (seal.textContent !== text) seal.textContent = text;
}

let ids = 0;

/** An id that no other element of this page's copies has. */
export function newId() {
  return `policyqa-${++ids}`;
}
