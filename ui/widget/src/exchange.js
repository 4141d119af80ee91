/** One question with what is known of its answer. */

import { plainText, toldClaims } from "./answer.js";
import { Claims, nearPassage } from "./claims.js";
import { button, icon, make } from "./dom.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("./answer.js").Told} Told */
/**
 * @typedef {import("./claims.js").Tools & {
 *   judge: (answer: string, helpful: boolean) => Promise<void>,
 *   tell: (text: string) => void,
 * }} Means
 */

const THUMB = "M7 11v10H3V11zm0 0 4-8c1.6 0 2.6 1.1 2.6 2.5V9H19a2 2 0 0 1 2 2.3l-1.2 7.9A2 2 0 0 1 17.8 21H7";
const NOTED_MS = 2500;

/** A question and its answer, as elements. */
export class Exchange {
  #body = make("div");
  #claims;
  /** @type {Node[]} */
  #ending = [];

  /**
   * @param {string} question
   * @param {Means} means
   */
  constructor(question, means) {
    this.question = question;
    this.means = means;
    this.#claims = new Claims(means);
    this.#body.append(this.#claims.element);
    const asked = make("h3", { class: "asked", dir: "auto" }, question);
    this.element = make("article", { class: "exchange" }, asked, this.#body);
  }

  /**
   * @param {number} place from 0
   * @param {Told} claim one that is finished
   */
  put(place, claim) {
    this.#claims.put(place, claim);
  }

  /** @param {Answer} answer the whole of it */
  finish(answer) {
    if (answer.abstained) this.#body.replaceChildren(this.#abstention(answer));
    else this.#claims.settle(toldClaims(answer));
    const { say } = this.means;
    const made = answer.abstained ? "" : say(answer.model ? "written" : "quoted");
    this.#end(
      !answer.abstained && answer.reason && make("p", { class: "rest", dir: "auto" }, answer.reason),
      made && make("p", { class: "made" }, made),
      this.#actions(answer),
    );
  }

  /**
   * The answer did not come.
   * @param {string} message
   * @param {(() => void) | null} again
   */
  fail(message, again) {
    const press = again && button("plain edged", this.means.say("again"), again);
    this.#end(make("p", { class: "failed" }, message), press && actionRow(press));
  }

  /** Take the end away, for the answer goes on. */
  reopen() {
    this.#ending.forEach((part) => part.parentNode?.removeChild(part));
  }

  /** @param {...import("./dom.js").Child} parts */
  #end(...parts) {
    this.#ending = parts.filter((part) => part instanceof Node);
    this.#body.append(...this.#ending);
  }

  /** @param {Answer} answer */
  #abstention({ reason, nearest }) {
    const { say } = this.means;
    const said = make("p", { dir: "auto" }, reason || say("not-said"));
    if (!nearest.length) return make("div", { class: "reply" }, said);
    const list = make("ul", {}, ...nearest.map((place) => nearPassage(place, this.means)));
    return make("div", { class: "abstention" }, said, make("h3", {}, say("nearest")), list);
  }

  /** @param {Answer} answer */
  #actions(answer) {
    const { say, language, server, tell } = this.means;
    const copy = button("plain", say("copy"), async () => {
      const done = await copied(plainText(answer, say, language, server), this.#body);
      copy.textContent = say(done ? "copied" : "copy-failed");
      tell(copy.textContent);
      setTimeout(() => (copy.textContent = say("copy")), NOTED_MS);
    });
    return actionRow(copy, ...this.#thumbs(answer));
  }

  /** @param {Answer} answer */
  #thumbs(answer) {
    const { say, judge, tell } = this.means;
    const thumbs = [true, false].map((helpful) => {
      const label = say(helpful ? "helpful" : "unhelpful");
      const more = { "aria-label": label, title: label, "aria-pressed": "false" };
      const press = button(helpful ? "plain up" : "plain down", icon(THUMB), async () => {
        try {
          await judge(answer.id, helpful);
          for (const each of thumbs) each.setAttribute("aria-pressed", String(each === press));
          tell(say("thanks"));
        } catch {
          tell(say("unreachable")); // the buttons stay as they were
        }
      }, more);
      return press;
    });
    return thumbs;
  }
}

/** @param {...HTMLElement} children */
function actionRow(...children) {
  return make("div", { class: "actions", "aria-live": "off" }, ...children);
}

/**
 * Put a text into the clipboard.
 * @param {string} text
 * @param {HTMLElement} beside where a field may stand for a moment
 * @returns {Promise<boolean>} whether it is there
 */
async function copied(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http, or where the page's policy forbids it, there is only the old way.
    const before = /** @type {ShadowRoot} */ (beside.getRootNode()).activeElement;
    const field = make("textarea", { class: "unseen", value: text });
    beside.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}
