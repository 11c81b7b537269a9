// The block editor: blocks are dragged by their handle or moved with Alt and the arrows, a press on a block opens it,
// Ctrl Z takes back. Every one of these presses a button that is there without a script too.
let carried = null;

const form = () => document.querySelector("[data-letter]");
const block = (target) => target.closest?.("[data-block]");
const press = (button) => button && !button.disabled && button.click();

function spotAt(event) {
  const over = block(event.target);
  if (over && !carried.contains(over) && !over.querySelector(":scope > .mail-block__body > .mail__columns")) {
    const box = over.getBoundingClientRect();
    const after = event.clientY > box.top + box.height / 2 && !over.matches(".mail-block--footer");
    return { mark: over, where: `${after ? "after" : "before"}:${over.dataset.block}` };
  }
  const spot = event.target.closest?.("[data-spot]");
  if (spot && !carried.contains(spot)) return { mark: spot, where: spot.dataset.spot };
  return over && !carried.contains(over) ? { mark: over, where: `before:${over.dataset.block}` } : null;
}

function unmark() {
  for (const one of document.querySelectorAll("#canvas .is-target")) one.classList.remove("is-target");
}

document.addEventListener("dragstart", (event) => {
  if (!event.target.closest?.("#canvas [data-lift]")) return;
  carried = block(event.target);
  carried.classList.add("is-carried");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", carried.dataset.block);
  event.dataTransfer.setDragImage(carried, 0, 0);
});

document.addEventListener("dragover", (event) => {
  const spot = carried && event.target.closest?.("#canvas") && spotAt(event);
  unmark();
  if (!spot) return;
  event.preventDefault();
  spot.mark.classList.add("is-target");
});

document.addEventListener("drop", (event) => {
  const spot = carried && event.target.closest?.("#canvas") && spotAt(event);
  if (!spot) return;
  event.preventDefault();
  const button = form().querySelector("[data-carry]");
  button.value = `move:${carried.dataset.block}:${spot.where}`;
  button.click();
});

document.addEventListener("dragend", () => {
  carried?.classList.remove("is-carried");
  carried = null;
  unmark();
});

document.addEventListener("click", (event) => {
  const body = event.target.closest?.("#canvas [data-open]");
  if (!body || event.target.closest("button, a, input") || block(event.target) !== block(body)) return;
  press(block(body).querySelector(":scope > .mail-block__tools .mail-block__name"));
});

const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "back", ArrowRight: "on" };

document.addEventListener("keydown", (event) => {
  if (!form() || event.isComposing) return;
  const typing = event.target.matches?.("input:not([type=checkbox]), textarea");
  if ((event.ctrlKey || event.metaKey) && !typing && (event.code === "KeyZ" || event.code === "KeyY")) {
    event.preventDefault();
    const again = event.shiftKey || event.code === "KeyY";
    press(form().querySelector(again ? "[data-redo-step]" : "[data-undo-step]"));
  }
  let way = event.altKey && WAYS[event.key];
  if (document.dir === "rtl" && (way === "back" || way === "on")) way = way === "back" ? "on" : "back";
  const tools = way && block(event.target)?.querySelector(":scope > .mail-block__tools");
  if (tools) {
    event.preventDefault();
    press(tools.querySelector(`[data-way="${way}"]`));
  }
  if (event.key === "Escape" && event.target.closest?.(".panel")) press(form().querySelector("[data-close-panel]"));
});

// what was done gets the focus: the panel's first field, or the block that was moved
document.addEventListener("htmx:after:swap", () => {
  const editor = document.getElementById("editor");
  if (!editor?.dataset.focus) return;
  const { focus, lookAt } = editor.dataset;
  delete editor.dataset.focus;
  const panel = document.getElementById("panel");
  const fields = ["textarea", ".field input:not([type=hidden], [type=file])", "select", ".kinds__one, [data-upload]", "button"];
  const first = fields.map((one) => panel?.querySelector(`.sheet__body :is(${one}):not(details *)`)).find(Boolean);
  const found = { panel: first, block: document.getElementById(lookAt), problem: editor.querySelector("[data-problem]") }[focus];
  (found ?? panel)?.focus({ preventScroll: focus === "panel" });
  document.getElementById(lookAt)?.scrollIntoView({ block: "nearest" });
});

const opened = document.querySelector("#canvas .mail-block.is-open");
if (opened && !location.hash) opened.scrollIntoView({ block: "nearest" });
