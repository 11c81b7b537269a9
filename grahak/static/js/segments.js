// The rule builder: lines are dragged by their handle or moved with Alt and the arrows, Ctrl Z takes back, and
// what was added or moved gets the focus. Every one of these presses a button that is there without a script too.
let carried = null;

const node = (target) => target.closest?.("[data-node]");
const rules = (target) => target.closest?.("[data-rules]");

function unmark() {
  for (const one of document.querySelectorAll("[data-rules] .is-target")) one.classList.remove("is-target");
}

document.addEventListener("dragstart", (event) => {
  if (!event.target.closest?.("[data-grip]")) return;
  carried = node(event.target);
  carried.classList.add("is-carried");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", carried.dataset.node);
  event.dataTransfer.setDragImage(carried, 0, 0);
});

document.addEventListener("dragover", (event) => {
  const over = carried && rules(event.target) && node(event.target);
  if (!over || carried.contains(over)) return;
  event.preventDefault();
  unmark();
  over.classList.add("is-target");
});

document.addEventListener("drop", (event) => {
  const over = carried && rules(event.target) && node(event.target);
  if (!over || carried.contains(over)) return;
  event.preventDefault();
  const target = over.dataset.node + ("group" in over.dataset ? "+" : "");
  const button = rules(over).querySelector("[data-carry]");
  button.value = `move:${carried.dataset.node}:${target}`;
  button.click();
});

document.addEventListener("dragend", () => {
  carried?.classList.remove("is-carried");
  carried = null;
  unmark();
});

document.addEventListener("keydown", (event) => {
  const builder = event.target.closest?.("[data-builder]") ?? document.querySelector("[data-builder]");
  if (!builder) return;
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea");
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === "KeyZ" && !typing) {
    event.preventDefault();
    builder.querySelector("[data-take-back]:not(:disabled)")?.click();
  }
  const way = event.altKey && { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const button = way && node(event.target)?.querySelector(`:scope > * [data-way="${way}"]`);
  if (button && node(button) === node(event.target)) {
    event.preventDefault();
    button.click();
  }
});

// several of a list: the line says what is ticked, and a long list is narrowed by typing
document.addEventListener("change", (event) => {
  const menu = event.target.closest?.("[data-choices]");
  if (!menu) return;
  const ticked = [...menu.querySelectorAll(":checked")].map((box) => box.parentElement.textContent.trim());
  const more = ticked.length > 3 ? ` +${ticked.length - 3}` : "";
  const summary = menu.querySelector("summary");
  summary.textContent = ticked.slice(0, 3).join(", ") + more || summary.dataset.empty;
});

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-narrow]")) return;
  event.stopPropagation();
  const typed = event.target.value.trim().toLocaleLowerCase();
  for (const line of event.target.parentElement.querySelectorAll(".check")) {
    line.hidden = !line.textContent.toLocaleLowerCase().includes(typed);
  }
}, true);

document.addEventListener("htmx:after:swap", () => {
  const held = document.querySelector("[data-rules][data-look-at]");
  if (!held) return;
  const found = held.querySelector(`[data-node="${held.dataset.lookAt}"]`);
  delete held.dataset.lookAt;
  found?.querySelector("input:not([type=hidden]):not([type=checkbox]), select, summary, button")?.focus();
});
