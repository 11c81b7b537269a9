// Undo instead of "are you sure", where the server itself could not undo: the row goes, and only when the
// toast has passed (or the page is left) is the form really sent.
import { say } from "./toasts.js";

const WAITS = 8000;
const waiting = new Map();

function send(form) {
  const { body, row, timer, toast } = waiting.get(form);
  waiting.delete(form);
  clearTimeout(timer);
  toast.remove();
  return fetch(form.action, { method: "post", body, keepalive: true, headers: { "HX-Request": "true" } })
    .then((answer) => {
      if (answer.ok) return row?.remove();
      throw new Error(answer.statusText);
    })
    .catch(() => {
      if (row) row.hidden = false;
      say(document.getElementById("toasts").dataset.away, { tone: "wrong" });
    });
}

function hold(form, submitter) {
  const row = form.closest("[data-row], [data-undo-row]");
  if (row) row.hidden = true;
  const toast = say(form.dataset.undo, {
    undo: () => {
      clearTimeout(waiting.get(form)?.timer);
      waiting.delete(form);
      if (row) row.hidden = false;
    },
  });
  waiting.set(form, { row, toast, body: new FormData(form, submitter), timer: setTimeout(send, WAITS, form) });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-undo") || !document.getElementById("toasts")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!waiting.has(form)) hold(form, event.submitter);
}, true);

addEventListener("pagehide", () => {
  for (const form of [...waiting.keys()]) send(form);
});
