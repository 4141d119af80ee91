// The room of the documents. The server sends escaped HTML (ui/library); this asks for it, sends files
// to the library's own route, and shows how far an ingest is.
const place = element.querySelector(".documents-room");
const failures = [...place.querySelectorAll(".library-failed")];
const content = document.createElement("div");
place.prepend(content);
const ROUTE = "api/library";
const BUSY_MS = 800;
const QUIET_MS = 4000;
let words = {};
let view = { search: "", state: "", column: "title", descending: false, limit: 0 };
let version = null; // of the list that is shown
let number = null; // of the last ingest that was told of
let busy = false;
let latest = 0; // only the newest wish may fill the table
let typing = 0;
let timer = 0;
let visible = false;
let sending = Promise.resolve(); // files go one after another
let depth = 0; // of elements that a dragged file is over

const part = (name) => content.querySelector(`.library-${name}`);
const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const announce = (text) => { part("told").textContent = text; };

const fail = (failed) => {
  const own = failures.find((text) => navigator.language.startsWith(text.lang)) ?? failures[0];
  own.hidden = !failed;
  place.removeAttribute("aria-busy");
};

// What has the focus keeps it when the table is filled anew.
const fill = (html) => {
  const rows = part("rows");
  const focused = rows.contains(document.activeElement) ? document.activeElement : null;
  rows.innerHTML = html;
  if (!focused) return;
  const same = [...rows.querySelectorAll("button")].find((button) =>
    ["sort", "document", "remove"].some((key) => focused.dataset[key] && button.dataset[key] === focused.dataset[key]));
  (same ?? rows.querySelector("button"))?.focus({ preventScroll: true });
};

const list = async () => {
  const turn = ++latest;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await server.list_documents(view);
    if (turn !== latest) return;
    fail(false);
    version = answer.version;
    fill(answer.rows);
    part("count").textContent = answer.count;
  } catch (error) {
    if (turn === latest) fail(true);
  }
};

// The whole room, in the language and for the role of whoever reads.
const open = async () => {
  try {
    content.innerHTML = await server.open_library({});
  } catch (error) {
    return fail(true);
  }
  words = JSON.parse(content.firstElementChild.dataset.words);
  await list();
  look();
};

const showRun = (state) => {
  const bar = part("run").querySelector("progress");
  bar.hidden = !state.busy;
  if (state.total) {
    bar.max = state.total;
    bar.value = state.done;
  } else bar.removeAttribute("value");
  const first = number === null;
  const ended = state.number !== number;
  number = state.number;
  part("run").classList.toggle("failed", !state.busy && state.failed);
  if (state.busy) {
    if (!busy) announce(state.stage); // not each step of the way
    part("said").textContent = state.stage;
    part("skipped").replaceChildren();
  } else if (ended && (!first || state.failed || state.skipped.length)) {
    part("said").textContent = state.said;
    announce(state.said);
    part("skipped").replaceChildren(...state.skipped.map((text) => {
      const line = document.createElement("li");
      line.textContent = text;
      return line;
    }));
  } else if (part("said").textContent === words.lost) part("said").textContent = "";
  busy = state.busy;
};

const look = async () => {
  clearTimeout(timer);
  if (!visible || !part("run")) return;
  let wait = QUIET_MS;
  try {
    const answer = await fetch(`${ROUTE}/state`, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const state = await answer.json();
    showRun(state);
    if (state.busy) wait = BUSY_MS;
    if (version !== null && state.version !== version) await list();
  } catch (error) {
    part("said").textContent = words.lost;
  }
  clearTimeout(timer);
  timer = setTimeout(look, wait);
};

// A question with its choices; the name of the one that was taken, or "" if the question was closed.
const choose = (question, about, choices) => new Promise((resolve) => {
  const dialog = part("ask");
  dialog.querySelector("h3").textContent = question;
  dialog.querySelector("p").textContent = about;
  dialog.querySelector(".choices").replaceChildren(...choices.map((key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words[key];
    button.addEventListener("click", () => dialog.close(key));
    return button;
  }));
  dialog.returnValue = "";
  dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  dialog.showModal();
});

// One line about a file or a removal, with a button of its own.
const note = (text, kind = "") => {
  const line = document.createElement("li");
  const told = document.createElement("span");
  told.className = "told";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "dismiss";
  button.textContent = words.dismiss;
  button.addEventListener("click", () => line.remove());
  line.append(told, button);
  part("files").append(line);
  const tell = (said, how = "") => {
    told.textContent = said;
    line.className = how;
    if (how) announce(said);
  };
  tell(text, kind);
  return { line, tell, button };
};

const ask = async (path, options) => {
  const answer = await fetch(`${ROUTE}${path}`, options);
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.detail), { told });
  return told;
};

const post = (file, name, existing, tell, bar) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.open("POST", `${ROUTE}?name=${encodeURIComponent(name)}&existing=${existing}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    tell(say("sending", { name, percent: Math.floor((100 * event.loaded) / event.total) }));
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    tell(say("checking", { name }));
  });
  request.addEventListener("load", () => resolve({ status: request.status, told: request.response ?? {} }));
  request.addEventListener("error", () => resolve({ status: 0, told: {} }));
  request.send(file);
});

const settleName = async (file) => {
  const found = await ask(`/name?name=${encodeURIComponent(file.name)}`);
  if (!found.taken) return "ask";
  const about = say(found.replaceable ? "taken_about" : "taken_own", found);
  return (await choose(say("taken", found), about, ["both", ...(found.replaceable ? ["replace"] : []), "skip"])) || "skip";
};

const send = async (file) => {
  const { line, tell } = note(say("sending", { name: file.name, percent: 0 }));
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  line.append(bar);
  try {
    const most = Number(content.firstElementChild.dataset.megabytes);
    if (file.size > most * 1048576) return tell(say("too_large", { name: file.name, mb: most }), "bad");
    const existing = await settleName(file);
    if (existing === "skip") return tell(say("left_out", { name: file.name }), "left");
    const { status, told } = await post(file, file.name, existing, tell, bar);
    if (status !== 201) return tell(told.detail ?? say("not_sent", { name: file.name }), "bad");
    const twin = told.same_as ? say("same_as", { title: told.same_as }) : "";
    tell([say("taken_in", { name: told.name }), twin, ...told.warnings].filter(Boolean).join(" "), "good");
  } catch (error) {
    tell(error.told?.detail ?? say("not_sent", { name: file.name }), "bad");
  } finally {
    bar.remove();
    look();
  }
};

const sendAll = (files) => {
  for (const file of files) sending = sending.then(() => send(file));
};

const restore = async (token, button, tell) => {
  button.disabled = true;
  try {
    const told = await ask(`/restore?token=${encodeURIComponent(token)}`, { method: "POST" });
    tell(say("restored", told), "good");
    button.remove();
  } catch (error) {
    button.disabled = false;
    tell(error.message, "bad");
  }
  look();
};

const remove = async (name) => {
  if ((await choose(say("confirm_remove", { name }), words.confirm_about, ["remove", "keep"])) !== "remove") return;
  try {
    const { token } = await ask(`/file?name=${encodeURIComponent(name)}`, { method: "DELETE" });
    const { tell, button } = note(say("removed", { name }), "good");
    const undo = document.createElement("button");
    undo.type = "button";
    undo.textContent = words.undo;
    undo.addEventListener("click", () => restore(token, undo, tell));
    button.before(undo);
    undo.focus();
  } catch (error) {
    note(error.told?.detail ?? words.lost, "bad");
  }
  look();
};

const again = async () => {
  try {
    await ask("/ingest", { method: "POST" });
  } catch (error) {
    note(error.told?.detail ?? words.lost, "bad");
  }
  look();
};

const showOrder = () => {
  const order = content.querySelector("[name=order]");
  order.value = `${view.column} ${view.descending ? "descending" : "ascending"}`;
};

const search = () => {
  const form = new FormData(part("tools"));
  const [column, way] = form.get("order").split(" ");
  view = { search: form.get("search"), state: form.get("state"), column, descending: way === "descending", limit: 0 };
  list();
};

place.addEventListener("input", (event) => {
  if (!event.target.closest(".library-tools")) return;
  clearTimeout(typing);
  typing = setTimeout(search, event.target.type === "search" ? 200 : 0);
});
place.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  sendAll([...event.target.files]);
  event.target.value = "";
});
place.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
place.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.sort) {
    view = { ...view, descending: view.column === button.dataset.sort && !view.descending, column: button.dataset.sort };
    showOrder();
    list();
  } else if (button.dataset.remove) remove(button.dataset.remove);
  else if ("more" in button.dataset) {
    view = { ...view, limit: part("rows").querySelectorAll("tbody tr").length + 100 };
    list();
  } else if ("choose" in button.dataset) place.querySelector("input[type=file]").click();
  else if ("again" in button.dataset) again();
  else if ("retry" in button.dataset) part("rows") ? list() : open();
});

// Files may be dropped anywhere in the room; the browser must not open them instead.
const dragged = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const over = (change) => {
  depth = Math.max(0, depth + change);
  part("drop")?.classList.toggle("over", depth > 0);
};
place.addEventListener("dragenter", (event) => { if (dragged(event)) over(1); });
place.addEventListener("dragleave", (event) => { if (dragged(event)) over(-1); });
place.addEventListener("dragover", (event) => { if (dragged(event)) event.preventDefault(); });
place.addEventListener("drop", (event) => {
  if (!dragged(event)) return;
  event.preventDefault();
  over(-depth);
  if (part("drop")) sendAll([...event.dataTransfer.files]);
});

// Filled when the tab is opened first; followed as long as it is open.
new IntersectionObserver((seen) => {
  visible = seen.at(-1).isIntersecting;
  if (!visible) return clearTimeout(timer);
  part("rows") ? look() : open();
}).observe(place);
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
