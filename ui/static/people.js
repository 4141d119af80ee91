// The room of people. The server sends escaped HTML (ui/people/room.py); this shows it and asks.
const place = element.querySelector(".people-room");
const part = (name) => place.querySelector(`.people-${name}`);
let typing = 0;
let asked = 0; // only the newest search may fill the log

const say = (text, failed) => {
  const said = part("said");
  if (!said) return;
  said.textContent = text;
  said.classList.toggle("failed", Boolean(failed));
  if (text) said.scrollIntoView({ block: "nearest" });
};

const ask = async (name, request) => {
  try {
    return await server[name](request);
  } catch (error) {
    say(part("said")?.dataset.failed ?? "", true);
    return null;
  }
};

const open = async () => {
  const html = await ask("people_room", {});
  if (html !== null) place.innerHTML = html;
};

const change = async (control, request) => {
  control.disabled = true;
  const answer = await ask("people_change", request);
  control.disabled = false;
  if (!answer) return false;
  say(answer.said, answer.error);
  if (answer.error) return false;
  if (answer.again) return window.location.reload(); // whose session it was has to sign in again
  part("users").innerHTML = answer.table;
  await log({});
  return true;
};

const log = async (request) => {
  const turn = ++asked;
  const search = part("search").elements.search.value;
  const answer = await ask("people_log", { search, ...request });
  if (!answer || turn !== asked) return;
  if (answer.said) say(answer.said, true);
  else part("log").innerHTML = answer.log;
};

const nameOf = (control) => control.closest("[data-name]")?.dataset.name;

place.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form === part("search")) return log({});
  const request = { name: nameOf(form), ...Object.fromEntries(new FormData(form)), do: form.dataset.do };
  if (await change(form.querySelector("button"), request)) form.reset();
});

place.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do], button[data-before]");
  if (!button) return;
  if (button.dataset.do) change(button, { do: button.dataset.do, name: nameOf(button) });
  else log({ before: button.dataset.before });
});

place.addEventListener("change", async (event) => {
  const chosen = event.target.closest("select[data-do]");
  if (!chosen) return;
  const before = chosen.querySelector("option[selected]").value;
  if (!(await change(chosen, { do: "role", name: nameOf(chosen), role: chosen.value }))) chosen.value = before;
});

place.addEventListener("input", (event) => {
  if (event.target.name !== "search") return;
  clearTimeout(typing);
  typing = setTimeout(() => log({}), 250);
});

// It is made anew whenever its tab is opened: what others did in the meantime is seen then.
new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && open()).observe(place);
