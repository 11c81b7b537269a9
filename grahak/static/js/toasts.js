// Toasts hide themselves after eight seconds, never while somebody reads or reaches for them.
const STAYS = 8000;
const area = document.getElementById("toasts");

function time(toast) {
  // what went wrong stays until it is put away
  if (toast.classList.contains("toast--wrong")) return;
  let left = setTimeout(() => toast.remove(), STAYS);
  const hold = () => clearTimeout(left);
  const go = () => (left = setTimeout(() => toast.remove(), STAYS / 2));
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
}

/** Show a toast; with `undo` it has a button that calls it. Returns the element. */
export function say(text, { tone = "", undo = null } = {}) {
  const toast = document.getElementById("toast-blank").content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-text]").textContent = text;
  if (tone) toast.classList.add(`toast--${tone}`);
  const button = toast.querySelector("[data-toast-undo]");
  if (!undo) button.remove();
  else button.addEventListener("click", () => (toast.remove(), undo()));
  area.append(toast);
  return toast;
}

if (area) {
  area.querySelectorAll("[data-toast]").forEach(time);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) time(node);
    }
  }).observe(area, { childList: true });

  area.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
  });

  // the line is down or the server away: say so, keep what was typed (leaving a page cuts off what it was asking)
  let leaving = false;
  addEventListener("beforeunload", () => {
    leaving = true;
    setTimeout(() => (leaving = false), 5000); // a download leaves nothing
  });
  document.addEventListener("htmx:error", (event) => {
    if (leaving || event.detail?.error?.name === "AbortError") return;
    if (!area.querySelector("[data-toast-away]")) say(area.dataset.away, { tone: "wrong" }).dataset.toastAway = "";
  });
  document.addEventListener("htmx:after:request", () => area.querySelector("[data-toast-away]")?.remove());
}
