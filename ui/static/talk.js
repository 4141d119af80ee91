// Keeps the newest answer in view, above the question box, as its claims arrive.
const reveal = () => {
  const last = element.querySelector(".exchange:last-child");
  if (!last) return;
  const room = window.innerHeight - document.getElementById("composer").offsetHeight;
  const box = last.getBoundingClientRect();
  window.scrollBy(0, box.height < room ? box.bottom - room : box.top);
};
// Twice: the question box takes its new height one frame after the answer has taken its own.
watch("value", () => requestAnimationFrame(() => (reveal(), requestAnimationFrame(reveal))));
