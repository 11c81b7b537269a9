// Choosing rows of a list: all, a range, the whole list; the bar says how many and what can be done.
let last = null;

const boxes = (form) => [...form.querySelectorAll('input[type="checkbox"][name="ids"]')];

function whole(form, on) {
  let field = form.querySelector('input[type="hidden"][name="all"]');
  if (on && !field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "all", value: "1" });
    form.append(field);
  }
  if (!on) field?.remove();
}

function show(form) {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked);
  const everything = form.querySelector('input[type="hidden"][name="all"]') !== null;
  for (const box of all) box.closest("[data-row]")?.setAttribute("aria-selected", String(box.checked));
  const head = form.querySelector("[data-select-all]");
  if (head) {
    head.checked = all.length > 0 && ticked.length === all.length;
    head.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
  const bar = form.querySelector("[data-selection-bar]");
  if (bar) bar.hidden = ticked.length === 0;
  const button = form.querySelector("[data-selection-everything]");
  if (button) button.hidden = everything;
  const count = form.querySelector("[data-selection-count]");
  if (!count) return;
  const total = button?.dataset.selectionEverything ?? "";
  const words = everything ? count.dataset.allWords : count.dataset.words;
  count.textContent = words.replace("{n}", everything ? total : ticked.length);
}

function tickAll(form, on) {
  for (const box of boxes(form)) box.checked = on;
  whole(form, false);
  show(form);
}

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-selection]");
  if (!form) return;
  if (event.target.closest("[data-selection-everything]")) {
    for (const box of boxes(form)) box.checked = true;
    whole(form, true);
    show(form);
  }
  if (event.target.closest("[data-selection-clear]")) tickAll(form, false);
  const box = event.target.closest('input[name="ids"]');
  if (!box) return;
  if (event.shiftKey && last && form.contains(last)) {
    const all = boxes(form);
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  whole(form, false);
  show(form);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-selection]");
  if (form && event.target.matches("[data-select-all]")) tickAll(form, event.target.checked);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal")) return;
  for (const form of document.querySelectorAll("[data-selection]")) tickAll(form, false);
});

const showAll = () => document.querySelectorAll("[data-selection]").forEach(show);
showAll();
document.addEventListener("htmx:after:swap", showAll);
addEventListener("pageshow", showAll);
