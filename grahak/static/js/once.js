// A form is sent once, however often its button is pressed; and boxes that send their form when changed.
const LONGEST = 30_000; // a request that was stopped leaves no event: let go after this

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-again") || form.hasAttribute("data-undo")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(release, LONGEST, form);
}, true);

// back from the browser's cache the page is as it was left: let its forms go again
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form") ?? event.detail?.ctx?.sourceElement?.closest?.("form");
  if (form) release(form);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});
