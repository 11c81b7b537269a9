// On a phone a finger that rests on a card opens the list of stages; the tabs above the board follow the swipe.
const HOLD = 450; // ms
let timer;

document.addEventListener("touchstart", (event) => {
  const link = event.target.closest?.("[data-card]")?.querySelector("[data-stages]");
  clearTimeout(timer);
  if (link) timer = setTimeout(() => link.click(), HOLD);
}, { passive: true });
for (const kind of ["touchmove", "touchend", "touchcancel"]) {
  document.addEventListener(kind, () => clearTimeout(timer), { passive: true });
}
document.addEventListener("contextmenu", (event) => {
  if (event.pointerType === "touch" && event.target.closest?.("[data-card]")) event.preventDefault();
});

const tabs = document.querySelector("[data-board-tabs]");
if (tabs) {
  const seen = new IntersectionObserver((entries) => {
    const shown = entries.find((entry) => entry.isIntersecting);
    if (!shown) return;
    for (const tab of tabs.children) {
      if (tab.hash === `#${shown.target.id}`) {
        tab.setAttribute("aria-current", "true");
        tab.scrollIntoView({ block: "nearest", inline: "center" });
      } else tab.removeAttribute("aria-current");
    }
  }, { root: document.querySelector("[data-board]"), threshold: 0.6 });
  for (const column of document.querySelectorAll("[data-board] [data-column]")) seen.observe(column);
}
