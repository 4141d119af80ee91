/**
 * Server-sent events over `fetch`, which `EventSource` cannot do: it neither posts nor sends a
 * ticket. Pieces arrive cut anywhere, within a line, a line end or a character.
 */

/** @typedef {{ type: string, data: string, id: string }} StreamEvent */

/** Takes text in pieces and gives the events that are whole. */
export class EventParser {
  #rest = "";
  #afterReturn = false;
  #type = "";
  #id = "";
  /** @type {string[]} */
  #data = [];

  /**
   * The events that this piece completes.
   * @param {string} piece
   * @returns {StreamEvent[]}
   */
  push(piece) {
    // A line end may come in two pieces: the second half of it is no further, empty line.
    const text = this.#afterReturn && piece.startsWith("\n") ? piece.slice(1) : piece;
    if (piece) this.#afterReturn = piece.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => (line ? this.#field(line) : this.#dispatch()));
  }

  /**
   * @param {string} line
   * @returns {StreamEvent[]}
   */
  #field(line) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    return []; // a comment, or a field that nobody here needs
  }

  /** @returns {StreamEvent[]} */
  #dispatch() {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const whole = this.#data.length > 0;
    this.#type = "";
    this.#data = [];
    return whole ? [event] : [];
  }
}

/**
 * The events of a response's body, until it ends; leaving early cancels it.
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} [heard] called for all that arrives, signs of life too
 * @returns {AsyncGenerator<StreamEvent>}
 */
export async function* eventsOf(body, heard = () => {}) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an event without its empty line was cut off
      heard();
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => {}); // it may have failed already, which was told above
  }
}
