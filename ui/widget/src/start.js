/** What stands in the log before anything was asked. */

import { button, make } from "./dom.js";

/** @typedef {import("./texts.js").Say} Say */

/** A greeting, and questions that could be asked. */
export class Start {
  element = make("div", { class: "start" });
  #greeting;

  /**
   * @param {Say} say
   * @param {(question: string) => void} ask
   */
  constructor(say, ask) {
    this.say = say;
    this.ask = ask;
    this.#greeting = make("p", { class: "greeting", dir: "auto" }, say("greeting"));
    this.element.append(this.#greeting);
  }

  /** @param {string[]} questions */
  suggest(questions) {
    const items = questions.map((question) => {
      const press = button("suggestion", question, () => this.ask(question), { dir: "auto" });
      return make("li", {}, press);
    });
    const heading = make("h3", {}, this.say("suggestions"));
    const list = items.length ? [heading, make("ul", {}, ...items)] : [];
    this.element.replaceChildren(this.#greeting, ...list);
  }
}
