// The source panel. The server sends escaped HTML (ui/reader.py); this only shows and scrolls it.
const frame = element.closest("#reader");
const panel = element.querySelector(".reader");
const part = (selector) => panel.querySelector(selector);
const sheet = part(".sheet");
const phone = window.matchMedia("(max-width: 899px)");
let texts = JSON.parse(panel.dataset.words);
let shelf = sheet.innerHTML;
let opener = null; // what was clicked, to give the focus back
let shown = null; // what the panel holds: document, places and view
let reading = null; // the last request and the citations it is one of
let latest = 0; // only the newest click may fill the panel

const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
let uncovered = false;
const isOpen = () => uncovered;

// Beside the questions the panel always stands; over any other room it comes as a drawer.
const settle = () => {
  const room = document.getElementById("room-ask");
  frame.classList.toggle("drawer", Boolean(room) && !room.checkVisibility());
  frame.classList.toggle("sheet-open", uncovered);
};
// The rooms may come into the page after this panel.
const follow = () => {
  const room = document.getElementById("room-ask");
  if (room) new ResizeObserver(settle).observe(room);
  else requestAnimationFrame(follow);
};
follow();
// Gradio may write the classes of its block anew at any time.
new MutationObserver(settle).observe(frame, { attributes: true, attributeFilter: ["class"] });

const uncover = (open) => {
  uncovered = open;
  settle();
  const rooms = document.getElementById("rooms");
  if (rooms) rooms.inert = open && phone.matches;
};

const point = (button) => {
  document.querySelectorAll("#talk .open[data-cite]").forEach((old) => old.classList.remove("open"));
  if (button?.dataset?.cite) button.classList.add("open");
};

const fill = (html, isSource) => {
  sheet.innerHTML = html;
  sheet.scrollTop = 0;
  panel.classList.toggle("reading", isSource);
  forgetHits();
  drawPages();
};

const scrollTo = (box) => {
  const drop = box.top - sheet.getBoundingClientRect().top;
  sheet.scrollTop += drop - sheet.clientHeight * 0.28;
};

const tellPage = (piece) => {
  const before = (page) => page.compareDocumentPosition(piece) & Node.DOCUMENT_POSITION_FOLLOWING;
  const page = piece.closest(".page") ?? [...sheet.querySelectorAll(".page-mark")].filter(before).at(-1);
  const name = reading.told.name;
  part(".which").textContent = page ? `${name} · ${say("page", { n: page.dataset.page })}` : name;
};

const mark = (number, keepFocus) => {
  sheet.querySelectorAll("mark").forEach((piece) => {
    const chosen = piece.dataset.cites.split(" ").includes(String(number));
    piece.classList.toggle("current", chosen);
    piece.removeAttribute("id");
  });
  const first = sheet.querySelector("mark.current");
  if (!first) return keepFocus || sheet.focus({ preventScroll: true });
  tellPage(first);
  first.id = "cited";
  first.tabIndex = -1;
  if (!keepFocus) first.focus({ preventScroll: true });
  scrollTo(first.getBoundingClientRect());
};

const load = async (request) => {
  try {
    return await server.open_source(request);
  } catch (error) {
    const note = document.createElement("p");
    note.className = "notice";
    note.role = "alert";
    note.textContent = say("not_loaded");
    return { html: note.outerHTML, view: "text", paged: false, held: false };
  }
};

// `wish`: {document, places, current}; `told`: the name, the link and the answer it belongs to.
const open = async (wish, told, button, { view = preferred(), keepFocus = false } = {}) => {
  const turn = ++latest;
  const key = JSON.stringify([wish.document, wish.places, view]);
  reading = { wish, told };
  if (!keepFocus) opener = button;
  point(button);
  uncover(true);
  part(".which").textContent = told.name;
  part(".alone").hidden = !told.link;
  part(".alone").href = told.link || "#";
  tellSteps();
  if (key !== shown) {
    panel.classList.add("waiting");
    const reply = await load({ ...wish, view });
    if (turn !== latest) return;
    panel.classList.remove("waiting");
    fill(reply.html, true);
    tellViews(reply);
    shown = reply.held ? key : null;
  }
  mark(wish.current, keepFocus);
};

const close = () => {
  latest++;
  shown = reading = null;
  panel.classList.remove("waiting");
  closeFind();
  fill(shelf, false);
  uncover(false);
  point(null);
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
};

// What there is to open: a citation of an answer, any place, a whole document.
const documentOf = (permalink) => permalink.split(".").slice(0, -3).join(".");
const linkTo = (permalink) => `p/${encodeURIComponent(permalink)}#cited`;

const cite = (all, current, button, group, options) => {
  const chosen = all[current - 1];
  if (!chosen) return;
  const name = documentOf(chosen);
  const places = all.map((place) => (documentOf(place) === name ? place : null));
  const told = { name: say("source", { n: current }), link: linkTo(chosen), all, group };
  open({ document: name, places, current }, told, button, options);
  group?.dispatchEvent(new CustomEvent("policyqa:cited", { bubbles: true, detail: { number: current } }));
};

const openPlace = (permalink, button) => {
  const group = button?.closest?.("[data-places]");
  const all = group ? JSON.parse(group.dataset.places) : [];
  if (all.includes(permalink)) return cite(all, all.indexOf(permalink) + 1, button, group);
  const told = { name: say("panel"), link: linkTo(permalink) };
  open({ document: documentOf(permalink), places: [permalink], current: 1 }, told, button);
};

const openDocument = (name, button) =>
  open({ document: name, places: [], current: 0 }, { name: say("document"), link: "" }, button);

// From citation to citation of one answer, whatever documents they are of.
const tellSteps = () => {
  const { all = [] } = reading.told;
  const at = reading.wish.current;
  part(".steps").hidden = all.length < 2;
  part(".nth").textContent = say("nth", { n: at, all: all.length });
  part('[data-step="-1"]').setAttribute("aria-disabled", String(at <= 1));
  part('[data-step="1"]').setAttribute("aria-disabled", String(at >= all.length));
};

const step = (by, keepFocus) => {
  const { all, group } = reading?.told ?? {};
  const to = (reading?.wish.current ?? 0) + by;
  if (!all || to < 1 || to > all.length) return;
  const button = group?.querySelector(`button.cite[data-cite="${to}"], [data-cite="${to}"]`);
  if (button && !keepFocus) opener = button;
  cite(all, to, button, group, { keepFocus });
};

const clicked = (event) => {
  if (!element.isConnected) return document.removeEventListener("click", clicked);
  const button = event.target.closest?.("[data-open-place], button");
  const data = button?.dataset ?? {};
  if (data.cite && button.closest("[data-places]")) {
    const group = button.closest("[data-places]");
    cite(JSON.parse(group.dataset.places), Number(data.cite), button, group);
  } else if (data.openPlace) openPlace(data.openPlace, button);
  else if (data.document) openDocument(data.document, button);
  else if (button?.hasAttribute("data-shelf")) (opener = button), uncover(true), sheet.focus();
  else if (panel.contains(button)) used(data);
  else if (isOpen() && phone.matches && !element.contains(event.target)) close();
};

const used = (data) => {
  if (data.close !== undefined) close();
  else if (data.step) step(Number(data.step), true);
  else if (data.view) changeView(data.view);
  else if (data.large !== undefined) changeSize();
  else if (data.find !== undefined) openFind();
  else if (data.findClose !== undefined) closeFind(true);
  else if (data.hit) toHit(Number(data.hit));
};

const asked = (event) => {
  if (!element.isConnected) return document.removeEventListener("policyqa:read", asked);
  const { permalink, document: name } = event.detail ?? {};
  if (permalink) openPlace(permalink, document.activeElement);
  else if (name) openDocument(name, document.activeElement);
};

const pressed = (event) => {
  if (!element.isConnected) return document.removeEventListener("keydown", pressed);
  if (!isOpen() || event.defaultPrevented || event.isComposing) return;
  if (event.key === "Escape") return part(".find").hidden || !panel.contains(event.target) ? close() : closeFind(true);
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "n") step(1, panel.contains(event.target) && event.target.matches("button"));
  else if (event.key === "p") step(-1, panel.contains(event.target) && event.target.matches("button"));
};

document.addEventListener("click", clicked);
document.addEventListener("policyqa:read", asked);
document.addEventListener("keydown", pressed);
phone.addEventListener("change", () => uncover(isOpen()));

// The texts in the reader's own language, and the documents there are now.
const furnish = async () => {
  const told = await server.furnish_reader(null);
  texts = told.words;
  shelf = told.shelf;
  panel.querySelectorAll("[data-say]").forEach((part) => (part.textContent = say(part.dataset.say)));
  panel.querySelectorAll("[data-label]:not(.page-mark)").forEach((part) => {
    part.setAttribute("aria-label", say(part.dataset.label));
    if (part.matches("button")) part.title = say(part.dataset.label);
  });
  panel.setAttribute("aria-label", say("panel"));
  if (!reading) sheet.innerHTML = shelf;
};
furnish().catch((error) => console.warn("The panel keeps its first texts.", error));
