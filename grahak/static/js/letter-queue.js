// One press of the block editor after another: a button that is pressed while the letter is still being drawn anew
// waits its turn, since what it stood in may be gone by then. Without a script each press is a page of its own.
let busy = false;
const waiting = [];

const ours = (event) => (event.detail?.ctx?.sourceElement ?? event.target).closest?.("[data-letter]");

document.addEventListener("submit", (event) => {
  if (!busy || !event.target.matches?.("[data-letter]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.submitter?.value) waiting.push(event.submitter.value);
}, true);

document.addEventListener("htmx:before:request", (event) => {
  if (ours(event)) busy = true;
});

document.addEventListener("htmx:finally:request", (event) => {
  const form = ours(event);
  if (!form) return;
  busy = false;
  const button = waiting.length && form.querySelector("[data-carry]");
  if (!button) return;
  button.value = waiting.shift();
  button.click();
});
