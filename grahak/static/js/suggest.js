// A text box that suggests: arrows move, Enter or Tab takes, Esc closes. Without it the box is plain text
// that the server understands too.
const WAIT = 120;
let asking = null;
let timer;

const box = (target) => target.closest?.("[data-suggest]");
const list = (input) => input.parentElement.querySelector("[role=listbox]") ?? grow(input);
const choices = (input) => [...list(input).querySelectorAll("[role=option]")];

function grow(input) {
  const id = `${input.id || input.name}-choices`;
  input.insertAdjacentHTML("afterend", `<ul class="suggest__list menu" role="listbox" id="${id}" hidden></ul>`);
  const made = input.nextElementSibling;
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-autocomplete", "list");
  input.removeAttribute("list"); // our list, not the browser's
  return made;
}

function show(input, open) {
  list(input).hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) input.removeAttribute("aria-activedescendant");
}

function mark(input, index) {
  choices(input).forEach((choice, at) => {
    choice.setAttribute("aria-selected", String(at === index));
    choice.id = `${list(input).id}-${at}`;
    if (at === index) choice.scrollIntoView({ block: "nearest" });
  });
  if (index >= 0) input.setAttribute("aria-activedescendant", `${list(input).id}-${index}`);
}

async function ask(input) {
  asking?.abort();
  asking = new AbortController();
  const url = new URL(input.dataset.suggest, location.href);
  url.searchParams.set("q", input.value);
  const customer = input.form?.querySelector("[name=customer_id]");
  if (customer?.value) url.searchParams.set("customer", customer.value);
  try {
    const answer = await fetch(url, { signal: asking.signal, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected || document.activeElement !== input) return;
    list(input).innerHTML = await answer.text();
    mark(input, choices(input).length ? 0 : -1);
    show(input, choices(input).length > 0);
  } catch {
    show(input, false); // away or overtaken: what is typed still counts
  }
}

function take(input, choice) {
  input.value = choice.dataset.text;
  const id = input.parentElement.querySelector("[data-suggest-id]");
  if (id) id.value = choice.dataset.id;
  show(input, false);
  const detail = { fill: JSON.parse(choice.dataset.fill || "{}") };
  input.dispatchEvent(new CustomEvent("suggest:chosen", { bubbles: true, detail }));
}

document.addEventListener("input", (event) => {
  const input = box(event.target);
  if (!input) return;
  const id = input.parentElement.querySelector("[data-suggest-id]");
  if (id) id.value = "";
  clearTimeout(timer);
  if (input.value.trim()) timer = setTimeout(ask, WAIT, input);
  else show(input, false);
});

document.addEventListener("keydown", (event) => {
  const input = box(event.target);
  if (!input || list(input).hidden || event.isComposing) return;
  const all = choices(input);
  const at = all.findIndex((choice) => choice.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    mark(input, (at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length);
  } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
    take(input, all[at]);
    if (event.key === "Tab") return;
  } else if (event.key === "Escape") {
    show(input, false);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const choice = event.target.closest?.("[role=option]");
  const input = choice?.closest(".suggest")?.querySelector("[data-suggest]");
  if (!input) return;
  event.preventDefault();
  take(input, choice);
});

document.addEventListener("focusin", (event) => box(event.target) && list(event.target));
document.addEventListener("focusout", (event) => box(event.target) && show(event.target, false));
document.querySelectorAll("[data-suggest]").forEach(list);
