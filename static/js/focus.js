// A summary of what to repair takes the focus, so that nobody has to look for it.
const focus = (root) => root.querySelector("[data-focus]")?.focus();

focus(document);
document.addEventListener("htmx:afterSwap", (event) => focus(event.target));
