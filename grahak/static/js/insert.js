// A button with data-insert puts its text where the cursor is in the field named by data-into.
let field = null;

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("textarea, input[type=text], input:not([type])")) field = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const main = document.getElementById(button.dataset.into);
  const target = field && field.form === main?.form ? field : main;
  if (!target) return;
  target.focus();
  target.setRangeText(button.dataset.insert, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
});
