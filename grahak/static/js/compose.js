// Writing: Ctrl Enter sends the form one writes in; Esc in a form with data-escape="#link" leaves it.
document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("form[method=post] textarea")) {
    event.target.form.requestSubmit();
    event.preventDefault();
  }
  const open = event.key === "Escape" && event.target.closest?.("[data-escape]");
  if (open) {
    document.querySelector(open.dataset.escape)?.click();
    event.preventDefault();
  }
});

// what is opened to be filled in takes the cursor
document.addEventListener("htmx:after:swap", () => {
  document.querySelector(".fact--open :is(input:not([type=hidden]), select, textarea)")?.focus();
});
