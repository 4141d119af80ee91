/** Where a question is written, sent and stopped, and where a pause is asked for. */

import { button, make } from "./dom.js";
import { newId } from "./claims.js";

/** @typedef {import("./texts.js").Say} Say */

const MOST_CHARS = 2000;
const TICK_MS = 500;
const DURING_IME = 229; // the key code of Safari's Enter that ends a composition

/** The question box with its buttons. */
export class Composer {
  #waitsUntil = 0;
  #busy = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /**
   * @param {Say} say
   * @param {{ ask: (question: string) => void, stop: () => void }} does
   */
  constructor(say, does) {
    this.say = say;
    this.does = does;
    const id = newId();
    this.box = make("textarea", {
      id,
      rows: 1,
      dir: "auto",
      maxLength: MOST_CHARS,
      placeholder: say("placeholder"),
      enterkeyhint: "send",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
    });
    this.send = make("button", { type: "submit", class: "send" }, say("ask"));
    this.stop = button("send stop", say("stop"), () => does.stop(), { hidden: true });
    this.notice = make("div", { class: "notice", role: "status" });
    this.form = make(
      "form",
      { onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), this.#submit()) },
      make("label", { htmlFor: id, class: "unseen" }, say("question")),
      this.box,
      this.send,
      this.stop,
    );
  }

  /** @param {boolean} busy whether an answer is on its way */
  set busy(busy) {
    const within = this.send.matches(":focus") || this.stop.matches(":focus");
    this.#busy = busy;
    this.send.hidden = busy;
    this.stop.hidden = !busy;
    this.form.setAttribute("aria-busy", String(busy));
    if (within) this.box.focus(); // the button that had the focus is gone
  }

  /**
   * Say something beside the box until it is used again.
   * @param {string} message
   * @param {...(Node | string)} more
   */
  note(message, ...more) {
    this.rest();
    this.notice.replaceChildren(...(message ? [make("p", {}, message, ...more)] : []));
  }

  /**
   * Ask for a pause, and count it down; what is read aloud tells it once.
   * @param {string} message
   * @param {number} seconds
   */
  pause(message, seconds) {
    const aloud = make("span", { class: "unseen" }, this.say("wait", { n: seconds }));
    const count = make("span", { class: "count", "aria-hidden": "true" });
    this.note(message, " ", aloud, " ", count);
    this.#waitsUntil = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((this.#waitsUntil - Date.now()) / 1000);
      if (left <= 0) return this.note(this.say("ready"));
      count.textContent = this.say("seconds", { n: left });
    };
    this.#ticking = setInterval(tick, TICK_MS);
    this.send.setAttribute("aria-disabled", "true");
    tick();
  }

  /** End the pause, and whatever runs for it. */
  rest() {
    clearInterval(this.#ticking);
    if (this.#waitsUntil) this.notice.replaceChildren(); // or the count would stand still
    this.#waitsUntil = 0;
    this.send.setAttribute("aria-disabled", "false");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const composing = event.isComposing || event.keyCode === DURING_IME;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const question = this.box.value.trim();
    if (!question) return this.box.focus();
    if (this.#busy || this.#waitsUntil) return; // the question stays in the box
    this.note("");
    this.box.value = "";
    this.does.ask(question);
  }
}
