// The source panel. The server sends escaped HTML (ui/reader.py); this only shows and scrolls it.
const frame = element.closest("#reader");
const panel = element.querySelector(".reader");
const sheet = panel.querySelector(".sheet");
const which = panel.querySelector(".which");
const alone = panel.querySelector(".alone");
const talk = document.getElementById("talk");
const phone = window.matchMedia("(max-width: 899px)");
const shelf = sheet.innerHTML;
let opener = null; // what was clicked, to give the focus back
let shown = null; // what the panel holds: document and places
let latest = 0; // only the newest click may fill the panel

const isOpen = () => frame.classList.contains("sheet-open");

const uncover = (open) => {
  frame.classList.toggle("sheet-open", open);
  talk.inert = open && phone.matches;
};

const point = (button) => {
  document.querySelectorAll("#talk .open").forEach((old) => old.classList.remove("open"));
  if (button) button.classList.add("open");
};

const fill = (html, reading) => {
  sheet.innerHTML = html;
  sheet.scrollTop = 0;
  panel.classList.toggle("reading", reading);
};

const mark = (number) => {
  sheet.querySelectorAll("mark").forEach((piece) => {
    const chosen = piece.dataset.cites.split(" ").includes(String(number));
    piece.classList.toggle("current", chosen);
    piece.removeAttribute("id");
  });
  const first = sheet.querySelector("mark.current");
  if (!first) return sheet.focus({ preventScroll: true });
  first.id = "cited";
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  const drop = first.getBoundingClientRect().top - sheet.getBoundingClientRect().top;
  sheet.scrollTop += drop - sheet.clientHeight * 0.28;
};

const open = async (request, label, link, button) => {
  const turn = ++latest;
  const key = JSON.stringify([request.document, request.places]);
  opener = button;
  point(button);
  uncover(true);
  which.textContent = label;
  alone.hidden = !link;
  alone.href = link || "#";
  if (key !== shown) {
    panel.classList.add("waiting");
    let html;
    try {
      html = await server.open_source(request);
    } catch (error) {
      html = '<p class="notice">The source could not be loaded. Check the connection and click again.</p>';
    }
    if (turn !== latest) return;
    panel.classList.remove("waiting");
    fill(html, true);
    shown = html.includes('class="document"') ? key : null;
  }
  mark(request.current);
};

const close = () => {
  latest++;
  shown = null;
  panel.classList.remove("waiting");
  fill(shelf, false);
  uncover(false);
  point(null);
  if (opener) opener.focus({ preventScroll: true });
  opener = null;
};

const documentOf = (permalink) => permalink.split(".").slice(0, -3).join(".");

const cite = (button) => {
  const all = JSON.parse(button.closest("[data-places]").dataset.places);
  const current = Number(button.dataset.cite);
  const chosen = all[current - 1];
  const name = documentOf(chosen);
  const places = all.map((place) => (documentOf(place) === name ? place : null));
  open({ document: name, places, current }, `Source ${current}`, `p/${encodeURIComponent(chosen)}#cited`, button);
};

const clicked = (event) => {
  if (!element.isConnected) return document.removeEventListener("click", clicked);
  const button = event.target.closest("button");
  if (button?.dataset.cite) cite(button);
  else if (button?.dataset.document) open({ document: button.dataset.document, places: [], current: 0 }, "Document", "", button);
  else if (button?.hasAttribute("data-shelf")) { opener = button; uncover(true); sheet.focus(); }
  else if (button?.hasAttribute("data-close")) close();
  else if (isOpen() && phone.matches && !element.contains(event.target)) close();
};
document.addEventListener("click", clicked);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) close();
});
phone.addEventListener("change", () => uncover(isOpen()));
