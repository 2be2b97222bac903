// Another step or operator asks for other inputs: the form is drawn anew with what was typed.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-reload]")) return;
  const form = event.target.form;
  const quiet = form.querySelector("button[value=preview]");
  sessionStorage.setItem("reload-focus", event.target.id);
  form.requestSubmit(quiet);
});

const again = document.getElementById(sessionStorage.getItem("reload-focus") ?? "");
sessionStorage.removeItem("reload-focus");
again?.focus();
