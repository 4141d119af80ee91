/** What went wrong, as a program tells it: problem+json of the server, or no server at all. */

/** The connection did not open, or ended early. */
export const LOST = "lost";
const SECONDS = 10; // to wait where the server does not say
const MOST_SECONDS = 3600; // then it may be tried again, whatever was said

/** A request that was refused, or an answer that failed. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} detail one sentence of the server, or ""
   * @param {{ status?: number, seconds?: number }} [more]
   */
  constructor(code, detail, { status = 0, seconds = 0 } = {}) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.status = status;
    /** Seconds until it may be tried again; 0 if that is of no help. */
    this.seconds = seconds;
  }
}

/**
 * The problem that a refused request tells.
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const { status } = response;
  const told = await response.json().catch(() => ({})); // a proxy says it in HTML
  const gone = status >= 500 && typeof told.code !== "string"; // not ours: a proxy without a server
  const waits = !gone && (status === 429 || status === 503);
  const seconds = waits ? secondsOf(response.headers.get("retry-after")) : 0;
  return new Problem(gone ? LOST : String(told.code ?? status), String(told.detail ?? ""), {
    status,
    seconds,
  });
}

/**
 * A header Retry-After: seconds, or a date as proxies write it.
 * @param {string | null} text
 */
function secondsOf(text) {
  const until = Number(text) || (Date.parse(text ?? "") - Date.now()) / 1000;
  return until > 0 ? Math.min(Math.ceil(until), MOST_SECONDS) : SECONDS;
}
