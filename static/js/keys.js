// `/` finds; in a list j and k walk the rows, enter opens, x ticks.
const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];

function walk(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.classList.contains("at"));
  const next = Math.min(Math.max(at + step, 0), all.length - 1);
  all[at]?.classList.remove("at");
  all[next].classList.add("at");
  all[next].querySelector("a")?.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "x") document.querySelector("[data-row].at input[type=checkbox]")?.click();
});
