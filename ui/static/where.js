// The filters. The server says what can be chosen and what was; this only opens, sends, removes.
const form = element.querySelector(".where-form");
const scope = document.getElementById("scope");
const opener = () => scope.querySelector(".to-where");

const chosen = () => {
  const fields = form.querySelector("form");
  if (!fields) return null;
  const data = new FormData(fields);
  const kinds = new Set([...fields.querySelectorAll("[type=checkbox]")].map((box) => box.name));
  const many = Object.fromEntries([...kinds].map((kind) => [kind, data.getAll(kind)]));
  return { ...many, since: data.get("since") || "", until: data.get("until") || "" };
};
const send = () => trigger("choose", chosen());

const isOpen = () => !form.hidden;
const show = (open) => {
  form.hidden = !open;
  opener()?.setAttribute("aria-expanded", String(open));
};
const openForm = async () => {
  form.innerHTML = await server.choices(chosen() ?? {});
  show(true);
  form.querySelector("input")?.focus();
};
const closeForm = () => {
  show(false);
  opener()?.focus();
};

const remove = async (chip) => {
  const { kind, value } = chip.dataset;
  for (const field of form.querySelectorAll(`[name="${kind}"]`)) {
    if (field.type === "checkbox" && field.value === value) field.checked = false;
    if (field.type === "date") field.value = "";
  }
  send();
  document.querySelector("#question textarea")?.focus();
};
const clear = () => {
  form.querySelectorAll("[type=checkbox]").forEach((field) => (field.checked = false));
  form.querySelectorAll("[type=date]").forEach((field) => (field.value = ""));
  send();
};

scope.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.classList.contains("to-where")) isOpen() ? closeForm() : openForm();
  else if (button?.classList.contains("chip")) remove(button);
});
form.addEventListener("click", (event) => {
  if (event.target.closest("[data-done]")) closeForm();
  else if (event.target.closest("[data-clear]")) clear();
});
form.addEventListener("change", (event) => {
  if (event.target.name) send();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  if (!event.target.classList.contains("find-choice")) return;
  const sought = event.target.value.trim().toLocaleLowerCase();
  for (const choice of event.target.closest("fieldset").querySelectorAll(".options label"))
    choice.hidden = !choice.textContent.toLocaleLowerCase().includes(sought);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  closeForm();
});
// New chips come with a new button, which does not know that the form is open.
new MutationObserver(() => {
  const button = opener();
  if (button && button.getAttribute("aria-expanded") !== String(isOpen())) show(isOpen());
}).observe(scope, { childList: true, subtree: true });
