// The order sheet without a mouse: Enter goes on, an empty line is always ready, sums follow the typing.
import { add, cell, isBlank, lines, sum } from "./sheet-sums.js";

const CELLS = ["item", "quantity", "rate", "tax"];

const sheet = (target) => target.closest?.("[data-sheet]");

function onward(form, from) {
  const line = from.closest("[data-line]");
  if (!line) return form.querySelector("[data-cell=item]")?.focus();
  const at = CELLS.indexOf(from.dataset.cell);
  if (from.dataset.cell === "item" && isBlank(line)) return form.querySelector("[name=received]").focus();
  if (at === 0) return cell(line, "quantity").select();
  if (at === 1 && !cell(line, "rate").value) return cell(line, "rate").select();
  if (at === 1 || at >= 2) return cell(line.nextElementSibling ?? add(form), "item").focus();
}

document.addEventListener("suggest:chosen", (event) => {
  const form = sheet(event.target);
  if (!form) return;
  const { fill } = event.detail;
  const line = event.target.closest("[data-line]");
  if (line) {
    cell(line, "rate").value = fill.rate;
    cell(line, "tax").value = fill.tax;
    line.querySelector("[data-last]").textContent = fill.last ?? "";
  } else {
    form.dataset.balance = fill.balance ?? "";
    form.dataset.limit = fill.limit ?? "";
    form.querySelector("[data-standing]").textContent = fill.words;
  }
  sum(form);
  onward(form, event.target);
});

document.addEventListener("input", (event) => {
  const form = sheet(event.target);
  if (!form) return;
  if (event.target.name === "received") form.querySelector("[name=paid_in_full]").checked = false;
  sum(form);
});

document.addEventListener("keydown", (event) => {
  const form = sheet(event.target);
  if (!form || event.defaultPrevented || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.preventDefault(), form.requestSubmit();
  if (event.key === "Enter" && event.target.matches("[data-cell], [name=customer], [name=number], [name=day]")) {
    event.preventDefault();
    return onward(form, event.target);
  }
  const line = event.target.closest("[data-line]");
  if (!line || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const next = event.key === "ArrowDown" ? line.nextElementSibling : line.previousElementSibling;
  if (next) event.preventDefault(), cell(next, event.target.dataset.cell)?.select();
});

document.addEventListener("click", (event) => {
  const form = sheet(event.target);
  if (!form || !event.target.closest("[data-remove]")) return;
  event.target.closest("[data-line]").remove();
  lines(form).forEach((line, at) => (line.querySelector("[data-number]").textContent = at + 1));
  sum(form);
});

for (const form of document.querySelectorAll("[data-sheet]")) {
  // one empty line is enough where lines are cards: the next one comes by itself
  if (matchMedia("(width < 52rem)").matches) lines(form).filter(isBlank).slice(1).forEach((line) => line.remove());
  sum(form);
}
