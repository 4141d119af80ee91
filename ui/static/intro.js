// Tells browsers and screen readers in which language the page speaks; the server chose it.
watch("value", () => {
  const spoken = element.querySelector("[lang]");
  if (spoken) document.documentElement.lang = spoken.lang;
});
