/** The conversation of one visit: what was asked, what is on its way, and what can be asked. */

import { Composer } from "./composer.js";
import { button, make } from "./dom.js";
import { Exchange } from "./exchange.js";
import { LOST, Problem } from "./problem.js";
import { asProblem } from "./session.js";
import { Start } from "./start.js";
import { problemText, statusText } from "./texts.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {{ question: string, id: string, exchange: Exchange }} Asked */
/**
 * @typedef {import("./claims.js").Tools & {
 *   session: Session,
 *   emit: (name: "answer" | "error", detail: unknown) => void,
 *   titled: (title: string) => void,
 *   filled: (empty: boolean) => void,
 * }} Surroundings
 */

const GAP = 14; // pixels above a question that is scrolled to
const STOP = "stop";
const LEAVE = "leave";

/** The log of questions and answers with all that fills it. */
export class Conversation {
  /** @type {Asked | null} */
  #pending = null;
  #line = new AbortController();
  #start;
  #scrolled = 0;

  /** @param {Surroundings} around */
  constructor(around) {
    const { say, session } = around;
    this.around = around;
    this.session = session;
    this.#start = new Start(say, (question) => {
      this.composer.box.focus();
      void this.ask(question);
    });
    this.composer = new Composer(say, {
      ask: (question) => void this.ask(question),
      stop: () => this.stop(),
    });
    this.status = make("div", { class: "status", role: "status" });
    this.log = make("div", { class: "log", role: "log", "aria-label": say("log"), tabindex: "0" });
    this.elements = [this.log, this.status, this.composer.notice, this.composer.form];
    this.#restart();
    this.#restore();
  }

  /** Whether nothing was asked yet. */
  get empty() {
    return !this.log.querySelector(".exchange");
  }

  /** Get to know the site: its title, and what could be asked. */
  async begin() {
    const { say, titled } = this.around;
    try {
      const { title, suggestions } = await this.session.visit();
      if (title) titled(title);
      this.#start.suggest(suggestions);
    } catch (error) {
      const problem = asProblem(error);
      const text = problem.code === LOST ? "unreachable" : problemText(problem);
      const again = button("plain edged", say("again"), () => {
        this.composer.note("");
        this.composer.box.focus();
        void this.begin();
      });
      this.composer.note(say(text), again);
      this.around.emit("error", { code: problem.code, message: say(text) });
    }
  }

  /**
   * Ask; the answer, or nothing if there is none.
   * @param {string} question
   * @returns {Promise<Answer | null>}
   */
  async ask(question) {
    if (this.#pending) return null;
    return this.#run({ question, id: newAsk(), exchange: this.#exchange(question) });
  }

  /** End the answer that is on its way. */
  stop() {
    const asked = this.#pending;
    if (!asked) return;
    if (this.#line.signal.reason === LEAVE) this.#stopped(asked); // nobody listens who could
    else this.#line.abort(STOP);
    this.session.stop(asked.id).catch(() => {}); // the server ends it by itself when nobody listens
  }

  /** Begin anew, with no memory of what was said. */
  clear() {
    this.stop();
    this.session.forget();
    this.composer.note("");
    this.#announce("");
    this.#restart();
    void this.begin();
  }

  /** The page takes the widget away: nothing goes on without it. */
  leave() {
    this.#line.abort(LEAVE);
    this.composer.rest();
  }

  /** The page has put the widget back: an answer that was on its way goes on. */
  join() {
    if (this.#pending && this.#line.signal.aborted) void this.#run(this.#pending);
  }

  /**
   * @param {Asked} asked
   * @returns {Promise<Answer | null>}
   */
  async #run(asked) {
    this.#pending = asked;
    const line = (this.#line = new AbortController());
    this.composer.busy = true;
    this.#announce(this.around.say("searching"), true);
    try {
      const answer = await this.#listen(asked, line.signal);
      line.signal.throwIfAborted(); // stopped when the last word had come already
      asked.exchange.finish(answer);
      this.#settle(asked, this.around.say("complete"));
      const { store } = this.session;
      store.write({ told: [...(store.read().told ?? []), answer] });
      this.around.emit("answer", answer);
      return answer;
    } catch (error) {
      if (line.signal.reason === LEAVE) return null;
      if (line.signal.reason === STOP) this.#stopped(asked);
      else this.#failed(asked, asProblem(error));
      return null;
    }
  }

  /**
   * @param {Asked} asked
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async #listen({ question, id, exchange }, signal) {
    let claims = 0;
    for await (const event of this.session.ask(question, id, signal)) {
      const data = JSON.parse(event.data);
      if (event.type === "answer") return data;
      if (event.type === "error") throw new Problem(data.code, data.detail, waitOf(data));
      if (event.type === "claim") exchange.put(claims++, data);
      if (event.type === "status") this.#announce(this.around.say(statusText(data.status)), true);
      if (event.type === "anew") claims = 0;
      if (event.type === "waiting") this.#announce(this.around.say("waiting"), true);
      this.#follow(exchange);
    }
    throw new Problem(LOST, "");
  }

  /** @param {Asked} asked */
  #stopped(asked) {
    const { say } = this.around;
    asked.exchange.fail(say("stopped"), () => this.#again(asked, newAsk()));
    this.#settle(asked, say("stopped"));
  }

  /**
   * @param {Asked} asked
   * @param {Problem} problem
   */
  #failed(asked, problem) {
    const { say, emit } = this.around;
    const message = say(problemText(problem));
    // An answer that was lost on the way may be there still; one that failed is made anew.
    const id = problem.code === LOST ? asked.id : newAsk();
    const { box } = this.composer;
    const kept = problem.seconds > 0 && !box.value.trim();
    if (kept) asked.exchange.element.remove();
    else asked.exchange.fail(message, () => this.#again(asked, id));
    this.#settle(asked, "");
    if (kept) box.value = asked.question;
    if (problem.seconds) this.composer.pause(message, problem.seconds);
    if (this.empty) this.#restart();
    emit("error", { code: problem.code, message });
  }

  /**
   * @param {Asked} asked
   * @param {string} id
   */
  #again(asked, id) {
    if (this.#pending) return;
    asked.exchange.reopen();
    this.composer.box.focus(); // the button that was pressed is gone
    void this.#run({ ...asked, id });
  }

  /**
   * @param {Asked} asked
   * @param {string} aloud
   */
  #settle({ exchange }, aloud) {
    this.#pending = null;
    this.composer.busy = false;
    this.#announce(aloud);
    this.#follow(exchange);
  }

  /** @param {string} question */
  #exchange(question) {
    const { session, around } = this;
    const exchange = new Exchange(question, {
      ...around,
      judge: (answer, helpful) => session.judge(answer, helpful),
      tell: (text) => this.#announce(text),
    });
    this.#start.element.remove();
    this.log.append(exchange.element);
    this.#scrolled = this.log.scrollTop;
    this.#follow(exchange);
    around.filled(false);
    return exchange;
  }

  /** Show what was told before; what an older script or the page itself wrote may be no answers. */
  #restore() {
    try {
      for (const answer of this.session.store.read().told ?? []) this.#exchange(answer.question).finish(answer);
    } catch {
      this.session.forget();
      this.#restart();
    }
  }

  /** The log as it was before the first question. */
  #restart() {
    this.log.replaceChildren(this.#start.element);
    this.around.filled(true);
  }

  /**
   * Keep the end in view, but not at the cost of the question, nor against who scrolls.
   * @param {Exchange} exchange
   */
  #follow({ element }) {
    const { log } = this;
    if (Math.abs(log.scrollTop - this.#scrolled) > 2) return;
    log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, element.offsetTop - GAP);
    this.#scrolled = log.scrollTop;
  }

  /**
   * Say what goes on: aloud, and for all to see while an answer is on its way.
   * @param {string} text
   * @param {boolean} [busy]
   */
  #announce(text, busy = false) {
    if (this.status.textContent === text) return;
    const line = make("span", { class: busy ? "busy" : "unseen" }, text);
    this.status.replaceChildren(...(text ? [line] : []));
  }
}

/** @param {{ status: number, retry_after?: number }} problem */
function waitOf({ status, retry_after: seconds = 10 }) {
  return { status, seconds: status === 429 || status === 503 ? seconds : 0 };
}

/** An id for one question: 32 hexadecimal digits. */
function newAsk() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
