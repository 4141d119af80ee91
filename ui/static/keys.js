// The keyboard: to the question, through the citations, out of whatever is open, and the list of it.
const dialog = () => element.querySelector("dialog");
const box = () => document.querySelector("#question textarea");
const writes = (target) =>
  Boolean(target?.closest?.("input, textarea, select, [contenteditable], dialog[open]"));
const shown = (found) => Boolean(found?.checkVisibility());

const toBox = () => {
  if (!shown(box())) document.querySelector('#rooms [role="tab"]')?.click();
  const wait = (left) => (shown(box()) || !left ? box()?.focus() : requestAnimationFrame(() => wait(left - 1)));
  wait(60);
};

const answering = () => shown(document.querySelector("#now .status"));
const stop = () => document.getElementById("stop")?.click();

// From the citation that is open, or has the focus, to its neighbour in the same answer.
const step = (by) => {
  const here = document.activeElement?.closest?.("#talk [data-cite]");
  const from = here ?? document.querySelector("#talk [data-cite].open");
  const answer = from?.closest(".exchange") ?? [...document.querySelectorAll("#talk .exchange")].at(-1);
  const list = [...(answer?.querySelectorAll("button.cite, button.passage") ?? [])];
  if (!list.length || !shown(list[0])) return false;
  const at = list.findIndex((cite) => cite.dataset.cite === from?.dataset.cite && (from.matches(".source") || cite === from));
  const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by];
  if (next) next.click();
  return true;
};

const arrows = { ArrowRight: 1, ArrowLeft: -1 };
const pressed = (event) => {
  if (!element.isConnected) return document.removeEventListener("keydown", pressed, true);
  if (event.isComposing || event.altKey) return;
  const key = event.key;
  const command = event.ctrlKey || event.metaKey;
  const typing = writes(event.target);
  const emptyBox = event.target === box() && !box().value;
  if (command && key.toLowerCase() === "k") toBox();
  else if (command) return;
  else if (key === "Escape" && answering() && !document.querySelector("dialog[open]")) stop();
  else if (key === "/" && !typing) toBox();
  else if (key === "?" && (!typing || emptyBox)) dialog()?.showModal();
  else if (key in arrows && (!typing || emptyBox) && mayStep(event.target)) {
    if (!step(arrows[key])) return;
  } else return;
  event.preventDefault();
  event.stopPropagation();
};
// Arrows keep their own meaning in tabs, and where a wide table can be moved sideways.
const mayStep = (target) => {
  if (target.closest?.('[role="tablist"], [role="slider"], [role="listbox"], svg, video')) return false;
  const wide = target.closest?.(".table");
  return !(wide && wide.scrollWidth > wide.clientWidth);
};
document.addEventListener("keydown", pressed, true);

element.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) dialog()?.showModal();
  else if (event.target === dialog()) dialog().close(); // beside the list
});
