// The quality room. The server sends escaped HTML (ui/quality); this fills the regions with it when
// the room is looked at, and asks now and then whether a run goes on or something else has changed.
const room = element.querySelector("[data-quality]");
const message = room.querySelector(".q-message");
const region = (name) => room.querySelector(`[data-region="${name}"]`);
const spoken = (navigator.language || "en").split("-")[0];
const words = (room.querySelector(`template[data-lang="${spoken}"]`) || room.querySelector("template")).dataset;
const BUSY_MS = 1000;
const IDLE_MS = 4000;
let stamp = null; // what is shown; null before the first look
let busy = false;
let chosen = ""; // the run that is shown, and the one it is compared with
let against = "";
let latest = 0; // only the newest request for the room may fill it
let asked = 0; // when the server was last asked for the state
let asking = false;

room.querySelector("h2").textContent = words.title;
room.querySelector("p").textContent = words.intro;

const said = (html) => { message.innerHTML = html; };
const plain = (text, kind) => {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  message.replaceChildren(line);
};

// All answers come through here; `null` when there is none, and then the reader has been told.
const from = async (call) => {
  try {
    const answer = await call;
    if (answer?.error) { said(answer.error); return null; }
    return answer;
  } catch (error) {
    plain(words.lost, "error");
    return null;
  }
};

const clock = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium", timeStyle: "short" });
const dated = (part) => {
  part.querySelectorAll("time").forEach((time) => { time.textContent = clock.format(new Date(time.dateTime)); });
  part.querySelectorAll("option[data-time]").forEach((option) => {
    option.textContent = clock.format(new Date(option.dataset.time)) + option.dataset.rest;
  });
};

const fill = (name, html) => {
  const part = region(name);
  if (part.dataset.shown === html) return;
  if (name === "review" && part.contains(document.activeElement)) return; // somebody is at work there
  part.innerHTML = html;
  part.dataset.shown = html;
  dated(part);
};

const compare = async () => {
  const place = room.querySelector(".q-compared");
  if (!place || !against) return;
  place.textContent = place.dataset.wait;
  const [run, other] = [chosen, against];
  const answer = await from(server.quality_compared({ run, against: other }));
  if (run !== chosen || other !== against || !place.isConnected) return;
  place.innerHTML = answer ? answer.html : "";
};

const load = async (run = chosen) => {
  const turn = ++latest;
  if (stamp === null) plain(words.wait, "q-soft");
  room.setAttribute("aria-busy", "true");
  const answer = await from(server.quality_room({ run }));
  if (turn !== latest) return;
  room.removeAttribute("aria-busy");
  if (!answer) return;
  if (stamp === null) said("");
  ({ stamp, busy } = answer);
  const before = region("run").dataset.shown;
  Object.entries(answer.regions).forEach(([name, html]) => fill(name, html));
  chosen = answer.run;
  if (before !== region("run").dataset.shown) {
    against = answer.against;
    compare();
  }
};

const take = (answer) => {
  const ended = busy && !answer.busy;
  busy = answer.busy;
  fill("progress", answer.progress);
  if (answer.stamp !== stamp) load(ended ? "" : chosen);
};

const change = async (request) => {
  said("");
  const answer = await from(server.quality_change(request));
  if (answer) take(answer);
};

const looked = () => room.offsetParent !== null && !document.hidden;
const beat = setInterval(async () => {
  if (!element.isConnected) return clearInterval(beat);
  if (!looked() || asking) return;
  if (stamp !== null && Date.now() - asked < (busy ? BUSY_MS : IDLE_MS)) return;
  asking = true;
  asked = Date.now();
  if (stamp === null) await load();
  else {
    const answer = await from(server.quality_state({}));
    if (answer) take(answer);
  }
  asking = false;
}, 250);

const decide = async (item, request) => {
  const place = item.querySelector(".q-item");
  const answer = await from(server.quality_item({ id: Number(item.dataset.item), ...request }));
  if (!answer) return;
  said("");
  place.innerHTML = answer.html;
};

element.addEventListener("toggle", (event) => {
  const item = event.target.closest("details[data-item]");
  if (!item?.open || item.querySelector("textarea")) return;
  const place = item.querySelector(".q-item");
  place.textContent = place.dataset.wait;
  decide(item, { do: "show" });
}, true);

element.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-start]");
  if (!form) return;
  event.preventDefault();
  change({ do: "start", files: new FormData(form).getAll("file") });
});

element.addEventListener("change", (event) => {
  if (!event.target.hasAttribute("data-against")) return;
  against = event.target.value;
  compare();
});

const show = async (button) => {
  await load(button.dataset.run);
  region("run").querySelector("h3")?.focus();
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const item = button?.closest("details[data-item]");
  if (!button) return;
  if (item) {
    const text = item.querySelector("textarea").value;
    const note = item.querySelector("input").value;
    if (button.hasAttribute("data-check")) decide(item, { do: "show", text });
    else if (button.hasAttribute("data-accept")) decide(item, { do: "accept", text });
    else if (button.hasAttribute("data-reject")) decide(item, { do: "reject", note });
  } else if (button.dataset.run) show(button);
  else if (button.dataset.goOn) change({ do: "go-on", run: button.dataset.goOn });
  else if (button.hasAttribute("data-stop")) change({ do: "stop" });
});
