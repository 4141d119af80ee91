/** The talk with the server: tickets, questions that are asked once whatever the line does. */

import { LOST, Problem, problemOf } from "./problem.js";
import { eventsOf } from "./stream.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./stream.js").StreamEvent} StreamEvent */
/**
 * @typedef {object} Visit
 * @property {string} ticket
 * @property {string} visitor
 * @property {string | null} title
 * @property {string[]} suggestions
 * @property {number} ends when the ticket ends, by the clock of this browser
 */

const PATIENCE_MS = 45_000; // without a word from the server: the line may be dead without saying so
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000]; // before each new try of a lost line
const EARLY_MS = 15_000; // a ticket that ends within these is renewed first
const BEARER = "Bearer";

/** The talk of one visit with one site of a server. */
export class Session {
  /** @type {Promise<Visit> | null} */
  #visiting = null;
  #stale = false;
  /** How often it began anew: what was asked for before does not count any more. */
  #era = 0;

  /**
   * @param {string} address of the site on the server
   * @param {"en" | "zh"} language
   * @param {Store} store
   */
  constructor(address, language, store) {
    this.address = address;
    this.language = language;
    this.store = store;
  }

  /**
   * The visit with a ticket that is good as far as is known; asked for once, however many wait.
   * @returns {Promise<Visit>}
   */
  async visit() {
    const { visit } = this.store.read();
    const whole = visit && Array.isArray(visit.suggestions); // an older script may have kept less
    if (whole && !this.#stale && visit.ends - EARLY_MS > Date.now()) return visit;
    const visiting = (this.#visiting ??= this.#renew(visit));
    try {
      return await visiting;
    } finally {
      if (this.#visiting === visiting) this.#visiting = null;
    }
  }

  /** Begin anew: whoever asks next is nobody the server knows. */
  forget() {
    this.#era += 1;
    this.#visiting = null;
    this.store.write({ visit: undefined, told: undefined });
  }

  /**
   * Ask; the events of the answer, each once, `waiting` while the line is down, and `anew` if they
   * begin again. The same `id` joins the same answer, so nothing is asked twice.
   * @param {string} question
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<StreamEvent>}
   */
  async *ask(question, id, signal) {
    let [seen, furthest, failures, tries] = [0, 0, 0, 0];
    for (; ; tries++) {
      const before = seen;
      try {
        for await (const event of this.#events({ question, ask: id }, seen, signal)) {
          const ends = event.type === "answer" || event.type === "error";
          if (!ends && Number(event.id) <= seen) continue; // told again by a server that restarted
          seen = Number(event.id) || seen;
          // The same events over and over are no progress, or a fault would be asked for without end.
          if (seen > furthest) [furthest, failures] = [seen, 0];
          yield event;
          if (ends) return;
        }
        // It ended, and had nothing new: a server that restarted knows less than was seen.
        if (seen === before) {
          seen = 0;
          yield note("anew");
        }
        throw new Problem(LOST, "");
      } catch (error) {
        signal.throwIfAborted();
        const pause = PAUSES_MS[failures++];
        const problem = asProblem(error);
        // Who comes back may be told to wait, too; the answer is on its way all the same.
        const passes = problem.code === LOST || (tries && problem.seconds);
        if (!passes || pause === undefined) throw problem;
        yield note("waiting");
        await online(Math.max(pause, problem.seconds * 1000), signal);
      }
    }
  }

  /** @param {string} id of the question whose answer is to end */
  async stop(id) {
    await this.#post("stop", { ask: id });
  }

  /**
   * @param {string} answer
   * @param {boolean} helpful
   */
  async judge(answer, helpful) {
    await this.#post("feedback", { answer, helpful });
  }

  /** @param {Visit | undefined} old */
  async #renew(old) {
    const era = this.#era;
    const known = old ? { visitor: old.visitor, ticket: old.ticket } : {};
    const body = { ...known, language: this.language };
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const told = await (await this.#send("visit", body, {}, patience)).json();
    const visit = { ...told, ends: Date.now() + told.expires_in * 1000 };
    if (era !== this.#era) return visit;
    // What was told to somebody else is not what the server remembers of this one.
    this.store.write(visit.visitor === old?.visitor ? { visit } : { visit, told: undefined });
    this.#stale = false;
    return visit;
  }

  /**
   * @param {object} body
   * @param {number} seen the last event that is known
   * @param {AbortSignal} outer
   */
  async *#events(body, seen, outer) {
    const line = new AbortController();
    const leave = () => line.abort();
    let patience = setTimeout(leave, PATIENCE_MS);
    const heard = () => {
      clearTimeout(patience);
      patience = setTimeout(leave, PATIENCE_MS);
    };
    outer.addEventListener("abort", leave);
    try {
      /** @type {Record<string, string>} */
      const headers = { accept: "text/event-stream" };
      if (seen) headers["last-event-id"] = String(seen);
      const response = await this.#post("ask", body, headers, line.signal);
      heard();
      if (response.body) yield* eventsOf(response.body, heard);
    } finally {
      clearTimeout(patience);
      outer.removeEventListener("abort", leave);
      line.abort();
    }
  }

  /**
   * Send with a ticket, and once more with a new one if the server no longer takes it.
   * @param {string} path
   * @param {object} body
   * @param {Record<string, string>} [headers]
   * @param {AbortSignal} [signal]
   */
  async #post(path, body, headers = {}, signal) {
    for (let renewed = false; ; renewed = true) {
      const { ticket } = await unless(signal, this.visit());
      const authorization = `${BEARER} ${ticket}`;
      try {
        return await this.#send(path, body, { ...headers, authorization }, signal);
      } catch (error) {
        if (renewed || !(error instanceof Problem) || error.status !== 401) throw error;
        if (this.store.read().visit?.ticket === ticket) this.#stale = true;
      }
    }
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {Record<string, string>} headers
   * @param {AbortSignal} [signal]
   * @returns {Promise<Response>}
   */
  async #send(path, body, headers, signal) {
    const response = await fetch(`${this.address}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "strict-origin",
      signal: signal ?? null,
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

/**
 * What `fetch` throws says little and nothing of why: the line is down, or the page is not listed.
 * @param {unknown} error
 */
export function asProblem(error) {
  return error instanceof Problem ? error : new Problem(LOST, "");
}

/**
 * An event of our own.
 * @param {string} type
 * @returns {StreamEvent}
 */
function note(type) {
  return { type, data: "{}", id: "" };
}

/**
 * What somebody else waits for as well, unless this one is told to leave first.
 * @template T
 * @param {AbortSignal | undefined} signal
 * @param {Promise<T>} shared
 * @returns {Promise<T>}
 */
async function unless(signal, shared) {
  if (!signal) return shared;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave);
    void shared.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/**
 * Wait, but no longer than until the browser is online again.
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
async function online(milliseconds, signal) {
  await new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve(undefined);
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
  signal.throwIfAborted();
}
