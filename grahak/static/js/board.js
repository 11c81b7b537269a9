// The boards of deals and of customers: cards are dragged by mouse or finger, moved by Alt and the arrows, or by "m" and a list. The card
// goes to its new column at once; the server's answer brings the sums, or puts the columns right and says why.
import { isTyping } from "./keys.js";

let carried = null;
let chosen = null;

const card = (target) => target.closest?.("[data-card]");
const column = (target) => target.closest?.("[data-column]");
const columns = () => [...document.querySelectorAll("[data-board] [data-column]")];

function unmark() {
  for (const one of document.querySelectorAll(".is-target, .is-lifted")) one.classList.remove("is-target", "is-lifted");
}

async function put(one, to) {
  const from = column(one);
  if (!to || !from || to === from) return;
  const home = one.nextElementSibling;
  const held = one.contains(document.activeElement);
  to.querySelector(".board__cards").prepend(one);
  const answer = await window.htmx.ajax("POST", one.dataset.move || `/deals/${one.dataset.card}/move/`, {
    source: one, swap: "none", values: { stage: to.dataset.column, to: to.dataset.column, version: one.dataset.version },
  }).then(() => true, () => false);
  if (!answer) from.querySelector(".board__cards").insertBefore(one, home);
  const now = document.getElementById(one.id);
  if (held) now?.querySelector("[data-row-link]")?.focus();
  now?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function open(one) {
  const menu = document.querySelector("[data-stages-menu]");
  if (!menu?.showModal) return false;
  chosen = one;
  for (const button of menu.querySelectorAll("[data-to]")) button.disabled = button.dataset.to === column(one)?.dataset.column;
  menu.showModal();
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-stages]");
  if (link && open(card(link))) event.preventDefault();
  const button = event.target.closest?.("[data-stages-menu] [data-to]");
  if (button) {
    button.closest("dialog").close();
    put(chosen, document.querySelector(`[data-column="${CSS.escape(button.dataset.to)}"]`));
  }
});

document.addEventListener("keydown", (event) => {
  const one = document.querySelector("[data-board]") && (card(event.target) ?? document.querySelector(".card.is-current"));
  if (!one || event.ctrlKey || event.metaKey || isTyping(event)) return;
  const flow = getComputedStyle(document.documentElement).direction === "rtl" ? -1 : 1;
  const way = event.altKey && { ArrowRight: flow, ArrowLeft: -flow }[event.key];
  if (way) {
    event.preventDefault();
    const all = columns();
    put(one, all[all.indexOf(column(one)) + way]);
  } else if (event.code === "KeyM" && !event.altKey && open(one)) event.preventDefault();
});

document.addEventListener("dragstart", (event) => {
  carried = document.querySelector("[data-board]") && card(event.target);
  if (!carried) return;
  carried.classList.add("is-lifted");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", carried.dataset.card);
});
document.addEventListener("dragover", (event) => {
  const over = carried && column(event.target);
  if (!over) return;
  event.preventDefault();
  for (const one of columns()) one.classList.toggle("is-target", one === over);
});
document.addEventListener("drop", (event) => {
  const over = carried && column(event.target);
  if (over) event.preventDefault(), put(carried, over);
});
document.addEventListener("dragend", () => (unmark(), (carried = null)));
