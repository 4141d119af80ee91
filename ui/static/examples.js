// A click on an example asks it; Gradio carries the event to the server.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button) trigger("ask", { question: button.dataset.ask });
});
