// Below every answer: was it right? A click tells the server what is to hold, never "the other way
// round", and clicks go out one after the other: so each counts once, and the last one has its way.
const kept = new Map(); // answer id -> the element with its marks, or null if it cannot be judged
const asked = new Set();
let focused = null;

const made = (id) => {
  const marks = document.createElement("div");
  const body = document.createElement("div");
  const said = document.createElement("p");
  marks.className = "marks";
  body.className = "marks-body";
  said.className = "judge-said";
  said.setAttribute("role", "status");
  marks.append(body, said);
  kept.set(id, marks);
  return marks;
};

const nameOf = (field) => {
  if (field?.dataset.say) return `[data-say="${field.dataset.say}"]`;
  if (field?.dataset.act) return `[data-act="${field.dataset.act}"]`;
  return field?.type === "radio" ? `input[value="${field.value}"]` : "textarea";
};

// What is being typed while the server answers is not lost, nor is the place of the keyboard.
const show = (marks, html, sent) => {
  const body = marks.firstChild;
  const typed = body.querySelector("textarea");
  const active = body.contains(document.activeElement) ? document.activeElement : null;
  const from = active === typed && typed ? typed.selectionStart : null;
  body.innerHTML = html;
  const fresh = body.querySelector("textarea");
  if (fresh && typed && typed.value !== (sent ?? typed.defaultValue)) fresh.value = typed.value;
  if (!active) return;
  const again = body.querySelector(nameOf(active)) ?? body.querySelector("button");
  again?.focus({ preventScroll: true });
  if (from !== null && again === fresh) fresh.setSelectionRange(from, from);
};

const load = async (ids) => {
  if (!ids.length) return;
  ids.forEach((id) => asked.add(id));
  try {
    const found = await server.judgements(ids);
    for (const id of ids) {
      if (!found[id]) kept.set(id, null);
      else show(kept.get(id) ?? made(id), found[id]);
    }
  } catch {
    return; // the next answer, or the next visit to this tab, asks again
  } finally {
    ids.forEach((id) => asked.delete(id));
  }
  fill();
};

const fill = () => {
  if (!element.isConnected) return watcher.disconnect();
  const unknown = new Set();
  for (const place of document.querySelectorAll("[data-judge]:empty")) {
    const id = place.dataset.judge;
    if (!kept.has(id)) unknown.add(id);
    else if (kept.get(id)) place.append(kept.get(id));
  }
  // The answers above are written anew while one is on its way: whoever types goes on typing.
  if (focused?.isConnected && document.activeElement === document.body) focused.focus({ preventScroll: true });
  load([...unknown].filter((id) => !asked.has(id)));
};

const send = async (marks, message) => {
  const said = marks.lastChild;
  try {
    const reply = await server.judge(message);
    if (reply.html) show(marks, reply.html, message.comment);
    said.textContent = reply.said;
  } catch {
    said.textContent = marks.querySelector("[data-failed]").dataset.failed;
  }
};

const tell = (field, act, verdict) => {
  const marks = field.closest(".marks");
  const pressed = marks.querySelector('.thumb[aria-pressed="true"]')?.dataset.say;
  const changed = verdict && verdict !== pressed;
  const message = {
    answer: field.closest("[data-judge]").dataset.judge,
    act,
    verdict: verdict ?? pressed,
    reason: changed ? null : marks.querySelector("input:checked")?.value ?? null,
    comment: marks.querySelector("textarea")?.value ?? null,
  };
  marks.turn = (marks.turn ?? Promise.resolve()).then(() => send(marks, message));
};

const on = (name, act) => {
  const heard = (event) => {
    if (!element.isConnected) return document.removeEventListener(name, heard);
    act(event);
  };
  document.addEventListener(name, heard);
};

on("click", (event) => {
  const button = event.target.closest(".marks button");
  if (button?.dataset.say) tell(button, "say", button.dataset.say);
  else if (button?.dataset.act) tell(button, button.dataset.act);
});
on("change", (event) => {
  if (event.target.closest(".judge-reasons")) tell(event.target, "say");
});
on("focusin", (event) => {
  focused = event.target.closest(".marks") ? event.target : null;
});
on("focusout", (event) => {
  if (event.target === focused && event.target.isConnected) focused = null;
});
// Another tab may have judged in the meantime.
on("visibilitychange", () => {
  const clean = (marks) => [...(marks?.querySelectorAll("textarea") ?? [])].every((t) => t.value === t.defaultValue);
  if (!document.hidden) load([...kept].filter(([id, marks]) => !asked.has(id) && clean(marks)).map(([id]) => id));
});

const watcher = new MutationObserver(fill);
watcher.observe(document.body, { childList: true, subtree: true });
fill();
