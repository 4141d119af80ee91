// The conversations. The server sends escaped HTML in the reader's language (ui/keeping/listing.py);
// this shows it, and asks for changes. Texts that are shown here stand in its data- attributes.
const host = element.querySelector(".history");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
const UNDO_MS = 12000;
const LONGEST_UNDO_MS = 100000; // the server gives up somewhat later
let now = ""; // the conversation that is open
let latest = 0; // only the newest search may fill the list
let undoing = null; // the conversation that can be restored

const find = (selector) => host.querySelector(selector);
const drawer = () => find(".history-drawer");
const say = (sentence) => (find(".history-found").textContent = sentence);
const nameNow = () => {
  host.querySelectorAll(".history-open").forEach((link) => {
    const here = link.closest("li").dataset.conversation === now;
    here ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  });
};

const load = async (keep) => {
  const turn = ++latest;
  const search = find(".history-search input").value;
  let html;
  try {
    html = await server.history_list({ search, zone });
  } catch (error) {
    return say(drawer().dataset.failed);
  }
  if (turn !== latest) return;
  find(".history-list").innerHTML = html;
  find(".history-list").querySelectorAll("[data-token]").forEach((field) => {
    field.value = new URL("c/" + field.dataset.token, document.baseURI).href;
  });
  say(find("[data-found]").dataset.found);
  nameNow();
  if (keep) unfold(rowOf(keep), true);
};

// Ask for a change; the sentence of what went wrong is shown, and nothing else is known of it.
const change = async (what, id, more) => {
  let told;
  try {
    told = await server.history_change({ do: what, id, ...more });
  } catch (error) {
    told = { error: drawer().dataset.failed };
  }
  if (told.error) say(told.error);
  return !told.error;
};

const rowOf = (id) => host.querySelector(`li[data-conversation="${CSS.escape(id)}"]`);
const unfold = (row, open) => {
  if (!row) return;
  row.querySelector(".history-menu").hidden = !open;
  row.querySelector(".history-more").setAttribute("aria-expanded", String(open));
};
const naming = (row, open) => {
  row.querySelector(".history-row").hidden = open;
  row.querySelector(".history-naming").hidden = !open;
  unfold(row, false);
  const field = row.querySelector(".history-naming input");
  if (open) field.select();
  else {
    field.value = row.dataset.title;
    row.querySelector(".history-more").focus();
  }
};

// Deleting: at once out of sight, and final when the note with the undo button goes.
const note = {
  timer: 0,
  since: 0,
  show(sentence, undo) {
    const box = find(".history-undo");
    box.querySelector("p").textContent = sentence;
    box.querySelector(".history-undo-it").hidden = !undo;
    box.classList.add("shown");
    note.since = Date.now();
    note.wait();
  },
  wait() {
    clearTimeout(note.timer);
    note.timer = setTimeout(() => {
      const box = find(".history-undo");
      const busy = box.matches(":hover") || box.contains(document.activeElement);
      busy && Date.now() - note.since < LONGEST_UNDO_MS ? note.wait() : note.hide();
    }, UNDO_MS);
  },
  hide() {
    clearTimeout(note.timer);
    const box = find(".history-undo");
    const focused = box.contains(document.activeElement);
    box.classList.remove("shown");
    box.querySelector("p").textContent = "";
    if (undoing) change("forget", undoing);
    undoing = null;
    if (focused) (drawer().open ? find(".history-search input") : find(".history-opener")).focus();
  },
};
const remove = async (row) => {
  const { conversation: id, title } = row.dataset;
  if (undoing) note.hide();
  if (!(await change("delete", id))) return;
  undoing = id;
  row.remove();
  note.show(find(".history-undo").dataset.deleted.replace("{title}", title), true);
  find(".history-undo-it").focus();
  if (id === now) trigger("new_conversation", {});
  load();
};
const restore = async () => {
  const id = undoing;
  undoing = null;
  if (!(await change("restore", id))) return note.hide();
  note.show(find(".history-undo").dataset.restored, false);
  await load();
  rowOf(id)?.querySelector(".history-open").focus();
};

const copy = async (field) => {
  field.select();
  let copied = false;
  try {
    await navigator.clipboard.writeText(field.value);
    copied = true;
  } catch (error) {
    copied = document.execCommand("copy"); // over plain HTTP there is no clipboard
  }
  say(copied ? drawer().dataset.copied : drawer().dataset.notCopied);
};

const act = async (button) => {
  const row = button.closest("li");
  const id = row.dataset.conversation;
  const wanted = button.dataset.do;
  if (wanted === "name") naming(row, true);
  if (wanted === "delete") remove(row);
  if (wanted === "copy") copy(row.querySelector("[data-token]"));
  const next = { share: "copy", unshare: "share" }[wanted];
  if (next && (await change(wanted, id))) {
    await load(id);
    rowOf(id)?.querySelector(`[data-do="${next}"]`).focus();
  }
};

const show = (open) => {
  const box = find(".history-undo");
  if (open && !drawer().open) {
    drawer().showModal();
    load();
    find(".history-search input").focus();
  } else if (!open && drawer().open) drawer().close();
  (drawer().open ? drawer() : host).append(box); // a modal dialog leaves nothing else usable
};

const CLICKS = [
  [".history-opener", () => show(true)],
  [".history-close", () => show(false)],
  [".history-new", () => (show(false), trigger("new_conversation", {}))],
  [".history-undo-it", restore],
  [".history-undo-close", () => note.hide()],
  [".history-cancel", (button) => naming(button.closest("li"), false)],
  [".history-more", (button) => unfold(button.closest("li"), button.ariaExpanded !== "true")],
  ["[data-do]", act],
];
host.addEventListener("click", (event) => {
  const link = event.target.closest(".history-open");
  if (link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
    event.preventDefault();
    show(false);
    return trigger("open_conversation", { id: link.closest("li").dataset.conversation });
  }
  for (const [selector, work] of CLICKS) {
    const found = event.target.closest(selector);
    if (found) return work(found);
  }
  if (event.target === drawer()) show(false); // beside the drawer
});
host.addEventListener("submit", async (event) => {
  event.preventDefault();
  const row = event.target.closest("li");
  const id = row.dataset.conversation;
  const title = row.querySelector(".history-naming input").value;
  if (!(await change("rename", id, { title }))) return;
  await load();
  rowOf(id)?.querySelector(".history-open").focus();
});
host.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation(); // what it means on the page around is not meant here
  const row = event.target.closest("li");
  if (!row) return;
  if (!row.querySelector(".history-naming").hidden) naming(row, false);
  else if (!row.querySelector(".history-menu").hidden) {
    unfold(row, false);
    row.querySelector(".history-more").focus();
  } else return;
  event.preventDefault(); // it would also close the drawer
});
let typing = 0;
host.addEventListener("input", (event) => {
  if (!event.target.matches(".history-search input")) return;
  clearTimeout(typing);
  typing = setTimeout(load, 200);
});

// The address names the open conversation, so that the page can be loaded again and be the same.
const settle = () => {
  now = String(props.value || "").split(" ")[0];
  const address = new URL(location.href);
  now ? address.searchParams.set("c", now) : address.searchParams.delete("c");
  window.history.replaceState(window.history.state, "", address);
  if (drawer()?.open) load();
};
watch("value", settle);

const begin = async () => {
  host.innerHTML = await server.history_frame({});
  drawer().addEventListener("close", () => (show(false), find(".history-opener").focus()));
  const asked = new URL(location.href).searchParams.get("c");
  if (asked) trigger("open_conversation", { id: asked });
};
begin();
