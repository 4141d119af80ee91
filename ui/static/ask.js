// The conversation: keeps the newest answer in view, and carries clicks on it to the server.
const talk = document.getElementById("talk");
const log = document.getElementById("log");
const composer = document.getElementById("composer");
const box = () => document.querySelector("#question textarea");

const reveal = () => {
  const last = [...talk.querySelectorAll(".exchange")].at(-1);
  if (!last) return;
  const room = window.innerHeight - composer.offsetHeight;
  const top = document.querySelector("#rooms .tab-wrapper")?.offsetHeight ?? 0;
  const around = last.getBoundingClientRect();
  window.scrollBy(0, around.height < room - top ? around.bottom - room : around.top - top);
};
// Twice: the question box takes its new height one frame after the answer has taken its own.
const soon = (work) => requestAnimationFrame(() => (work(), requestAnimationFrame(work)));

// What was still on its way when an answer was stopped must not take the place of its end.
let stopped = "";
let ending = "";
const settle = () => {
  const run = element.querySelector("[data-run]")?.dataset.run;
  if (element.querySelector(".stopped")) ending = props.value;
  else if (run && run === stopped && ending) props.value = ending;
  else if (run !== stopped) ending = "";
};
watch("value", () => (settle(), soon(reveal)));

const copyText = async (text) => {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context (another machine of the office, over http) there is only this way.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "offscreen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }
};

const asPlainText = ({ text, heading, sources }) => {
  const address = (place) => new URL(`p/${encodeURIComponent(place)}#cited`, document.baseURI).href;
  const lines = sources.map(({ line, place }) => `${line}: ${address(place)}`);
  return lines.length ? `${text}\n\n${heading}\n${lines.join("\n")}\n` : `${text}\n`;
};

const copy = async (button) => {
  const before = button.textContent;
  try {
    await copyText(asPlainText(JSON.parse(button.dataset.copy)));
    button.textContent = button.dataset.done;
  } catch {
    button.textContent = button.dataset.fail;
  }
  button.setAttribute("aria-live", "polite");
  button.focus();
  setTimeout(() => (button.textContent = before), 2500);
};

const clicked = (event) => {
  if (!element.isConnected) return document.removeEventListener("click", clicked);
  const button = event.target.closest("button");
  if (!button || !talk.contains(button)) return;
  if (button.id === "stop") {
    stopped = element.querySelector("[data-run]")?.dataset.run ?? "";
    box()?.focus(); // the button itself goes away
  } else if (button.dataset.copy) copy(button);
  else if (button.hasAttribute("data-again"))
    trigger("again", { kept: Boolean(button.closest("[data-number]")) });
  else if (button.hasAttribute("data-edit")) edit();
  else if (button.hasAttribute("data-leave")) (trigger("leave"), box()?.focus());
};
document.addEventListener("click", clicked);

// The question comes back from the server, and the caret goes to its end.
const edit = () => {
  trigger("edit");
  const field = box();
  field.focus();
  const began = Date.now();
  const wait = () => {
    if (field.value) field.setSelectionRange(field.value.length, field.value.length);
    else if (Date.now() - began < 3000) requestAnimationFrame(wait);
  };
  wait();
};
