// Text or pages: pictures are asked for when they come near, as wide as they are shown.
const WIDTHS = [600, 900, 1200, 1600, 2000];
const CHOICE = "policyqa.view";

const preferred = () => {
  try {
    const chosen = localStorage.getItem(CHOICE);
    if (chosen) return chosen === "text" ? "text" : "pages";
  } catch {
    // storage may be forbidden
  }
  return phone.matches ? "text" : "pages"; // a page is wider than a phone
};

const prefer = (view) => {
  try {
    localStorage.setItem(CHOICE, view);
  } catch {
    // then it is chosen again the next time
  }
};

const tellViews = ({ paged, view }) => {
  part(".views").hidden = !paged;
  part("[data-large]").hidden = view !== "pages";
  panel.querySelectorAll("[data-view]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.view === view)));
};

// Twice as wide, to be moved about in, for small print and small screens.
const changeSize = () => {
  const isLarge = sheet.classList.toggle("large");
  part("[data-large]").setAttribute("aria-pressed", String(isLarge));
  drawPages();
  const first = sheet.querySelector("mark.current");
  if (!first) return;
  scrollTo(first.getBoundingClientRect());
  first.scrollIntoView({ block: "nearest", inline: "start" });
};

const show = (view) =>
  open(reading.wish, reading.told, opener, { view, keepFocus: true });

const changeView = (view) => {
  if (!reading) return;
  prefer(view);
  if (view === "pages") closeFind();
  return show(view);
};

const isPages = () => Boolean(sheet.querySelector(".as-pages"));

const draw = (picture) => {
  const wanted = picture.clientWidth * window.devicePixelRatio;
  const width = WIDTHS.find((one) => one >= wanted) ?? WIDTHS.at(-1);
  picture.addEventListener("error", () => {
    const note = document.createElement("p");
    note.className = "notice";
    note.textContent = picture.dataset.failed;
    picture.closest("figure").insertBefore(note, picture.parentElement);
  }, { once: true });
  picture.src = `${picture.dataset.src}&width=${width}`;
};

let near = null;
const drawPages = () => {
  near?.disconnect();
  if (!isPages()) return;
  near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  }, { root: sheet, rootMargin: "60% 0px" });
  sheet.querySelectorAll("img[data-src]").forEach((picture) => near.observe(picture));
};

// Pages grow and shrink with the panel; the reader stays at the same place.
let breadth = sheet.clientWidth;
new ResizeObserver(() => {
  const now = sheet.clientWidth;
  if (breadth && now && now !== breadth && isPages()) sheet.scrollTop *= now / breadth;
  breadth = now || breadth;
}).observe(sheet);
