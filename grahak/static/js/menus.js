// What opens and closes: menus (<details data-menu>), dialogs, the phone's navigation; and copying a text.
const menus = () => [...document.querySelectorAll("details[data-menu][open]")];

function closeMenus(except) {
  for (const menu of menus()) if (menu !== except) menu.open = false;
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[data-menu]") && event.target.open) closeMenus(event.target);
}, true);

document.addEventListener("pointerdown", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]") ?? menus()[0];
  if (event.key === "Escape") {
    if (location.hash === "#nav") location.hash = "#main";
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  }
  if (menu?.contains(event.target) && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    const items = [...menu.querySelectorAll(".menu a, .menu button")].filter((item) => item.offsetParent);
    const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    items.at(at % items.length)?.focus();
    event.preventDefault();
  }
});

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // no clipboard on plain http, as on the counter's phone
    const box = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    button.after(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    button.focus();
  }
  const words = button.querySelector("[data-copy-words]") ?? button;
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => (words.textContent = before), 2000);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    closeMenus();
    dialog.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches("dialog:modal")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail) event.target.close();
  }
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
