// Find in the document: on its text nodes, without capitals and accents; nothing is written into it.
const MOST_PAINTED = 3000;
const BLOCKS = "p, li, th, td, h1, h2, h3, h4, h5, pre, summary";
const field = part(".find input");
let searched = null; // the folded text with, for each of its letters, the node and the place in it
let hits = [];
let here = -1;

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const readText = () => {
  const letters = [], nodes = [], nodeOf = [], placeOf = [];
  const add = (letter, node, place) => (letters.push(letter), nodeOf.push(node), placeOf.push(place));
  const walker = document.createTreeWalker(sheet.querySelector(".document") ?? sheet, NodeFilter.SHOW_TEXT);
  let block = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const own = node.parentElement.closest(BLOCKS);
    if (own !== block) add("\n", nodes.length, 0);
    block = own;
    nodes.push(node);
    let at = 0;
    for (const character of node.data) {
      for (const letter of fold(character)) {
        const blank = /\s/.test(letter);
        if (!blank || !/\s/.test(letters.at(-1) ?? " ")) add(blank ? " " : letter, nodes.length - 1, at);
      }
      at += character.length;
    }
  }
  return { text: letters.join(""), nodes, nodeOf, placeOf };
};

const rangeOf = (start, end) => {
  const { nodes, nodeOf, placeOf } = searched;
  const range = document.createRange();
  const last = nodes[nodeOf[end - 1]];
  const length = String.fromCodePoint(last.data.codePointAt(placeOf[end - 1])).length;
  range.setStart(nodes[nodeOf[start]], placeOf[start]);
  range.setEnd(last, placeOf[end - 1] + length);
  return range;
};

const search = (words) => {
  searched ??= readText();
  const wanted = fold(words).replace(/\s+/g, " ").trim();
  hits = [];
  for (let at = wanted ? searched.text.indexOf(wanted) : -1; at >= 0; at = searched.text.indexOf(wanted, at + wanted.length))
    hits.push([at, at + wanted.length]);
};

const paint = (name, ranges) => {
  if (!window.Highlight || !CSS.highlights) return;
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
};

const forgetHits = () => {
  searched = null;
  hits = [];
  here = -1;
  paint("policyqa-found", []);
  paint("policyqa-here", []);
  part(".count").textContent = "";
};

const toHit = (by) => {
  if (!hits.length) return;
  here = (here + by + hits.length) % hits.length;
  const range = rangeOf(...hits[here]);
  const folded = range.startContainer.parentElement.closest("details:not([open])");
  if (folded) folded.open = true;
  paint("policyqa-here", [range]);
  if (!CSS.highlights) getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  scrollTo(range.getBoundingClientRect());
  part(".count").textContent = say("found", { n: here + 1, all: hits.length });
};

const find = async () => {
  const words = field.value;
  if (isPages() && words.trim()) await show("text"); // pictures hold no text
  if (field.value !== words) return;
  here = -1;
  paint("policyqa-here", []);
  search(words);
  paint("policyqa-found", hits.slice(0, MOST_PAINTED).map((hit) => rangeOf(...hit)));
  part(".count").textContent = words.trim() ? say("found_none") : "";
  toHit(1);
};

const openFind = () => {
  const isShut = part(".find").hidden;
  if (!isShut) return closeFind(true);
  part(".find").hidden = false;
  part("[data-find]").setAttribute("aria-expanded", "true");
  field.focus();
};

const closeFind = (giveBack) => {
  if (part(".find").hidden) return;
  part(".find").hidden = true;
  part("[data-find]").setAttribute("aria-expanded", "false");
  field.value = "";
  forgetHits();
  if (giveBack) part("[data-find]").focus();
};

let pause = 0;
field.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(find, 150);
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  clearTimeout(pause);
  if (hits.length && here >= 0) toHit(event.shiftKey ? -1 : 1);
  else find();
});
