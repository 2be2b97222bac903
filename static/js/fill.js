// A choice from a list fills its field, so that what else was typed stays.
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-fill]");
  const field = choice && document.getElementById(choice.dataset.fill);
  if (!field) return;
  event.preventDefault();
  field.value = choice.dataset.value;
  field.focus();
});
