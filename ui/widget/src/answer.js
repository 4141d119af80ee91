/** The answer as the server writes it, and as plain text to be pasted elsewhere. */

import { addressOn } from "./dom.js";

/**
 * @typedef {object} Citation
 * @property {string} title
 * @property {string | null} published
 * @property {string} quote
 * @property {number | null} page
 * @property {string | null} heading
 * @property {string} url
 */
/**
 * @typedef {object} Claim
 * @property {string} text
 * @property {string} verdict
 * @property {number[]} citations places in the answer's list, from 0
 * @property {boolean} [computed]
 * @property {boolean} [translated]
 */
/**
 * @typedef {object} Answer
 * @property {string} id
 * @property {string} question
 * @property {string} answer
 * @property {boolean} abstained
 * @property {string | null} reason
 * @property {Claim[]} claims
 * @property {Citation[]} citations
 * @property {Citation[]} nearest
 * @property {string | null} model
 */
/** @typedef {Citation & { index: number }} Numbered as a claim brings it, before the answer */
/** @typedef {Omit<Claim, "citations"> & { citations: Numbered[] }} Told a claim with its sources */
/** @typedef {import("./texts.js").Say} Say */

/**
 * The claims of an answer, each with its sources in full.
 * @param {Answer} answer
 * @returns {Told[]}
 */
export function toldClaims(answer) {
  return answer.claims.map((claim) => ({
    ...claim,
    citations: claim.citations.flatMap((index) => {
      const cited = answer.citations[index];
      return cited ? [{ ...cited, index }] : [];
    }),
  }));
}

/**
 * When and where: "7 February 2024 · page 3".
 * @param {Citation} citation
 * @param {Say} say
 * @param {string} language
 */
export function factsOf({ published, page, heading, title }, say, language) {
  const day = published && Date.parse(`${published}T00:00:00Z`);
  const region = navigator.language.startsWith(`${language}-`) ? navigator.language : language;
  const dates = new Intl.DateTimeFormat(region === "en" ? "en-GB" : region, { dateStyle: "long", timeZone: "UTC" });
  const facts = [day ? dates.format(day) : "", page ? say("page", { n: page }) : ""];
  const nearest = heading?.split(" › ").at(-1) ?? "";
  return [...facts, nearest === title ? "" : nearest].filter(Boolean).join(" · ");
}

/**
 * An answer with its sources, for the clipboard.
 * @param {Answer} answer
 * @param {Say} say
 * @param {string} language
 * @param {string} server
 */
export function plainText(answer, say, language, server) {
  const cited = answer.abstained ? answer.nearest : answer.citations;
  const said = answer.abstained ? [answer.reason || say("not-said")] : [answer.answer, answer.reason];
  const lines = cited.map((citation, i) => {
    const facts = [citation.title, factsOf(citation, say, language)].filter(Boolean).join(", ");
    return `[${i + 1}] ${facts}: ${addressOn(server, citation.url) ?? ""}`.replace(/: $/, "");
  });
  const heading = say(answer.abstained ? "nearest" : "sources");
  const parts = [answer.question, ...said, cited.length ? [heading, ...lines].join("\n") : ""];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}
