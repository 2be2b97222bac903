// A fragment that did not change answers 204 with the time it was checked; only that is shown.
document.addEventListener("htmx:afterRequest", (event) => {
  const asOf = event.detail.xhr?.getResponseHeader("X-As-Of");
  if (!asOf) return;
  for (const place of document.querySelectorAll("[data-as-of]")) place.textContent = asOf;
});

// A change is told once, in words, to people who do not see it.
document.addEventListener("htmx:afterSwap", (event) => {
  const said = event.target.querySelector?.("[data-announce]")?.textContent.trim();
  const voice = document.getElementById("voice");
  if (said && voice && voice.textContent !== said) voice.textContent = said;
});

// A page that nobody sees asks for nothing; it is asked for at once when it is seen again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-while-seen]")) event.preventDefault();
});
