// The room of the figures. The server sends escaped HTML (ui/figures); this asks for it and shows it.
const place = element.querySelector(".figures-room");
const failures = [...place.querySelectorAll(".figures-failed")];
const content = document.createElement("div");
place.prepend(content);
let sort = "";
let descending = false;
let version = null; // of the index that the controls were made from
let latest = 0; // only the newest wish may fill the table
let typing = 0;

const part = (name) => content.querySelector(`.figures-${name}`);

const fail = (failed) => {
  const own = failures.find((text) => navigator.language.startsWith(text.lang)) ?? failures[0];
  own.hidden = !failed;
  place.removeAttribute("aria-busy");
};

const wish = (start) => ({ ...Object.fromEntries(new FormData(part("form"))), sort, descending: String(descending), start: String(start) });

const ask = async (start) => {
  const turn = ++latest;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await server.find_figures(wish(start));
    if (turn !== latest) return null;
    fail(false);
    return answer;
  } catch (error) {
    if (turn === latest) fail(true);
    return null;
  }
};

const find = async () => {
  if (!part("form")) return;
  const answer = await ask(0);
  if (!answer) return;
  if (version && answer.version !== version) return open();
  version = answer.version;
  if (answer.error) {
    part("said").textContent = answer.error;
    return;
  }
  part("found").innerHTML = answer.table + answer.more;
  part("chart").innerHTML = answer.chart;
  part("said").textContent = answer.said;
  content.querySelector("a.csv").setAttribute("href", answer.csv);
};

const more = async (button) => {
  const answer = await ask(Number(button.dataset.start));
  if (!answer || answer.error) return;
  if (answer.version !== version) return open();
  const body = content.querySelector(".figures-table tbody");
  const last = body.rows.length;
  body.insertAdjacentHTML("beforeend", answer.rows);
  button.outerHTML = answer.more;
  body.rows[last]?.querySelector("button").focus();
};

// The whole room; what was chosen in it stays, as far as the documents still have it.
const open = async () => {
  const kept = part("form") ? [...new FormData(part("form"))] : [];
  place.setAttribute("aria-busy", "true");
  try {
    content.innerHTML = await server.open_figures({});
  } catch (error) {
    return fail(true);
  }
  fail(false);
  if (!part("form")) return;
  for (const [name, value] of kept) {
    const field = part("form").elements[name];
    if (field.tagName !== "SELECT" || [...field.options].some((o) => o.value === value)) field.value = value;
  }
  version = null;
  await find();
};

const order = async (name) => {
  descending = sort === name ? !descending : false;
  sort = name;
  await find();
  content.querySelector(`[data-sort="${name}"]`)?.focus();
};

place.addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(find, event.target.type === "search" ? 200 : 0);
});
place.addEventListener("reset", () => setTimeout(find));
place.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  find();
});
place.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.sort) order(button.dataset.sort);
  else if (button?.dataset.start) more(button);
  else if (button && "retry" in button.dataset) part("form") ? find() : open();
  else if (!button && !String(window.getSelection())) {
    event.target.closest("tbody tr")?.querySelector("[data-open-place]")?.click();
  }
});
// Filled when the tab is opened, and looked at anew each time, for the documents may have changed.
new IntersectionObserver((seen) => {
  if (!seen.some((entry) => entry.isIntersecting)) return;
  part("form") ? find() : open();
}).observe(place);
