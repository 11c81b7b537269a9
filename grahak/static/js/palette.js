// Ctrl K or /: one box to find a customer, go to a page or start something new. Falls back to /search/.
import { isTyping, letter } from "./keys.js";
import { showRecents } from "./recents.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");

function open() {
  if (!dialog) return false;
  if (!dialog.open) dialog.showModal();
  showRecents(dialog);
  input.select();
  filter();
  return true;
}

const links = () => [...dialog.querySelectorAll("a.menu__item")].filter((link) => link.offsetParent !== null);

function choose(link) {
  for (const one of dialog.querySelectorAll(".is-active")) {
    one.classList.remove("is-active");
    one.removeAttribute("id");
  }
  input.removeAttribute("aria-activedescendant");
  if (!link) return;
  link.classList.add("is-active");
  link.id = "palette-active";
  input.setAttribute("aria-activedescendant", link.id);
  link.scrollIntoView({ block: "nearest" });
}

// pages and new things are in the page already: narrow them by what is typed, every word of it
function filter() {
  const typed = input.value.trim().toLocaleLowerCase();
  const words = typed.split(/\s+/);
  dialog.querySelector("#palette-results").hidden = typed === "";
  const recents = dialog.querySelector("[data-recents]");
  recents.hidden = typed !== "" || !recents.querySelector("a");
  for (const group of dialog.querySelectorAll("[data-palette-group]")) {
    let shown = 0;
    for (const item of group.querySelectorAll("a")) {
      const told = item.dataset.words.toLocaleLowerCase();
      item.hidden = typed === "" ? group.dataset.paletteGroup === "typed" : !words.every((word) => told.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    group.hidden = shown === 0;
  }
  choose(null);
}

function arrow(step) {
  const all = links();
  const at = all.findIndex((link) => link.classList.contains("is-active"));
  choose(all.at((at + step + (at < 0 && step < 0 ? 1 : 0)) % all.length));
}

document.addEventListener("keydown", (event) => {
  const wide = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && letter(event) === "k";
  const slash = letter(event) === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event);
  if ((wide || slash) && open()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (plain && event.target.closest("[data-palette]") && open()) event.preventDefault();
  if (event.target.closest("[data-palette-close]") || event.target === dialog) dialog.close();
});

if (dialog) {
  dialog.addEventListener("input", filter);
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    // a search box would only empty itself
    if (event.key === "Escape") {
      dialog.close();
      event.preventDefault();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      arrow(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    }
    const active = dialog.querySelector("a.is-active");
    if (event.key === "Enter" && active && event.target.matches("input")) {
      active.click();
      event.preventDefault();
    }
  });
}
