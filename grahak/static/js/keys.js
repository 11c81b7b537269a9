// Keys: rows by j k, Enter, x; g or c and a letter; ? for help. Never while somebody types.
const TYPING = "input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable]";
let first = "";
let forget;

// Keyboards of other scripts give other letters: then the key's place decides.
export function letter(event) {
  if (event.key.length !== 1 || event.key.charCodeAt(0) < 128) return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.key;
}

export function isTyping(event) {
  return event.target.closest?.(TYPING) !== null || document.querySelector("dialog:modal") !== null;
}

function rows() {
  const list = [...document.querySelectorAll("[data-rows]")].find((one) => one.offsetParent !== null);
  return list ? [...list.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null) : [];
}

function walk(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  all[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.scrollIntoView({ block: "nearest" });
  return true;
}

const current = () => rows().find((row) => row.classList.contains("is-current"));

function openRow() {
  const link = current()?.querySelector("[data-row-link], a[href]");
  link?.click();
  return link !== undefined && link !== null;
}

function tickRow() {
  const box = current()?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function startNew() {
  const link = document.querySelector("main [data-new]");
  if (link) return link.click(), true;
  const menu = document.querySelector("[data-new-menu]");
  if (!menu || menu.offsetParent === null) return false;
  menu.open = true;
  menu.querySelector("a")?.focus();
  remember("c");
  return true;
}

function remember(key) {
  first = key;
  clearTimeout(forget);
  forget = setTimeout(() => (first = ""), 1500);
  return true;
}

function follow(keys) {
  const asked = `[data-key="${CSS.escape(keys)}"]`; // of the row one stands on, before any other
  const found = [...(current()?.querySelectorAll(asked) ?? []), ...document.querySelectorAll(asked)];
  (found.find((one) => one.offsetParent !== null) ?? found[0])?.click();
  return found.length > 0;
}

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  x: tickRow,
  Enter: openRow,
  g: () => remember("g"),
  c: startNew,
  "?": () => follow("?"),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event)) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
  const key = letter(event);
  const pair = first && `${first} ${key}`;
  first = "";
  const done = (pair && follow(pair)) || (KEYS[key] ? KEYS[key]() : /^[a-z]$/.test(key) && follow(key));
  if (done) event.preventDefault();
});
