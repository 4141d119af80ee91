/** What a visit keeps while its tab is open: in the session storage, or else in this page only. */

/** @typedef {import("./session.js").Visit} Visit */
/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {{ visit?: Visit | undefined, told?: Answer[] | undefined }} Kept */

const MOST_TOLD = 20;
/** @type {Map<string, string>} */
const PAGE = new Map();
/** @type {Set<string>} */
const TAKEN = new Set();

/** The memory of one visit. Two copies of one site on a page are two visits. */
export class Store {
  /**
   * @param {string} server
   * @param {string} site
   */
  constructor(server, site) {
    this.wanted = `policyqa ${server} ${site}`;
    this.name = "";
    this.claim();
  }

  /** Take the name for as long as the copy is in the page. */
  claim() {
    this.name = this.wanted;
    while (TAKEN.has(this.name)) this.name += " +";
    TAKEN.add(this.name);
  }

  /** Let the next copy go on where this one ends. */
  release() {
    TAKEN.delete(this.name);
  }

  /** @returns {Kept} */
  read() {
    try {
      return JSON.parse(read(this.name) ?? "{}") ?? {};
    } catch {
      return {}; // the host page may write here too, and what is not JSON is not ours
    }
  }

  /** @param {Kept} changed what replaces the parts of these names */
  write(changed) {
    const kept = { ...this.read(), ...changed };
    write(this.name, JSON.stringify({ ...kept, told: kept.told?.slice(-MOST_TOLD) }));
  }
}

/** @param {string} name */
function read(name) {
  try {
    return PAGE.get(name) ?? sessionStorage.getItem(name) ?? undefined;
  } catch {
    return PAGE.get(name); // the browser blocks storage: private windows, sandboxed frames
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function write(name, text) {
  try {
    sessionStorage.setItem(name, text);
    PAGE.delete(name);
  } catch {
    PAGE.set(name, text); // blocked, or full: good for as long as the page is
  }
}
