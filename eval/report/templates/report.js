"use strict";
// Shows the cases that fit the filter; the filter lives in the address, so that it can be sent on.
const form = document.getElementById("filter");
const cases = [...document.querySelectorAll(".case")];
const words = new Map();

function wordsOf(row) {
  if (!words.has(row)) {
    const parts = [...row.querySelectorAll("summary, .question, .answer")];
    words.set(row, parts.map((part) => part.textContent).join(" ").toLowerCase());
  }
  return words.get(row);
}

// The rest of a case waits as the text of its <noscript>, escaped like the page around it.
function unfold(row) {
  const rest = row.querySelector("noscript");
  if (rest) rest.outerHTML = rest.textContent;
}

function show(wanted) {
  const text = (wanted.get("text") || "").trim().toLowerCase();
  const chosen = [...wanted].filter(([name, value]) => value && name !== "text" && name !== "case");
  let count = 0;
  for (const row of cases) {
    const fits = chosen.every(([name, value]) => row.dataset[name] === value)
      && (!text || wordsOf(row).includes(text));
    row.hidden = !fits;
    count += fits;
  }
  form.elements.count.value = `${count} of ${cases.length} cases`;
}

function fromAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  for (const field of form.elements) {
    if (field.name && field.name !== "count") field.value = wanted.get(field.name) || "";
  }
  show(new URLSearchParams([...new FormData(form)]));
  const row = cases.find((one) => one.dataset.id === wanted.get("case"));
  if (row) {
    row.hidden = false;
    unfold(row);
    row.open = true;
    row.scrollIntoView();
    row.firstElementChild.focus({ preventScroll: true });
  } else if (location.hash.length > 1) {
    form.scrollIntoView();
  }
}

function toAddress() {
  const wanted = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", wanted.size ? `#${wanted}` : location.pathname + location.search);
  show(wanted);
}

form.addEventListener("input", toAddress);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(toAddress));
addEventListener("hashchange", fromAddress);

// On paper every failed case stands open, as far as the filter shows it.
let opened = [];
addEventListener("beforeprint", () => {
  const failed = cases.filter((row) => row.dataset.result === "failed" && !row.hidden);
  failed.forEach(unfold);
  opened = failed.filter((row) => !row.open);
  opened.push(...document.querySelectorAll('[data-result="failed"] .trace:not([open])'));
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});

for (const row of cases) row.addEventListener("toggle", () => unfold(row), { once: true });
form.hidden = false;
fromAddress();
