// Ctrl K or /: one box to find a customer, go to a page or start something new. Falls back to /search/.
import { isTyping, letter } from "./keys.js";

const dialog = document.getElementById("palette");

function open() {
  if (!dialog) return false;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input").select();
  filter();
  return true;
}

const links = () => [...dialog.querySelectorAll("a.menu__item, a[data-palette-hit], #palette-results a[href]")]
  .filter((link) => link.offsetParent !== null);

function choose(link) {
  dialog.querySelectorAll(".is-active").forEach((one) => one.classList.remove("is-active"));
  link?.classList.add("is-active");
  link?.scrollIntoView({ block: "nearest" });
}

// pages and new things are in the page already: narrow them by what is typed
function filter() {
  const typed = dialog.querySelector("input").value.trim().toLocaleLowerCase();
  dialog.querySelector("#palette-results").hidden = typed === "";
  for (const group of dialog.querySelectorAll("[data-palette-group]")) {
    let shown = 0;
    for (const item of group.querySelectorAll("a")) {
      item.hidden = typed !== "" && !item.dataset.words.toLocaleLowerCase().includes(typed);
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
});

if (dialog) {
  dialog.addEventListener("input", filter);
  dialog.addEventListener("keydown", (event) => {
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
