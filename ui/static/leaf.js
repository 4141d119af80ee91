// The only script of a page of its own: its button prints it.
document.querySelector("button.print")?.addEventListener("click", () => window.print());
