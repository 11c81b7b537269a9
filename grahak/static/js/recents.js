// What this person looked at last, kept in this browser alone and let go when somebody logs in or out: the palette shows
// it before anything is typed. A record's page names itself by data-recent (an icon's name) on its heading.
const SHELF = "grahak-recents";
const MOST = 6;

function kept() {
  try {
    const list = JSON.parse(localStorage.getItem(SHELF) ?? "[]");
    return Array.isArray(list) ? list.filter((one) => typeof one.url === "string" && one.url.startsWith("/")) : [];
  } catch {
    return []; // no storage here, or not ours
  }
}

function keep(list) {
  try {
    if (list.length) localStorage.setItem(SHELF, JSON.stringify(list.slice(0, MOST)));
    else localStorage.removeItem(SHELF);
  } catch {
    // a browser that keeps nothing
  }
}

function remember(url, title, icon) {
  if (url && title) keep([{ url, title: title.slice(0, 120), icon }, ...kept().filter((one) => one.url !== url)]);
}

export function showRecents(dialog) {
  const place = dialog.querySelector("[data-recents]");
  place.querySelectorAll("a").forEach((old) => old.remove());
  const sample = dialog.querySelector("svg use")?.getAttribute("href")?.split("#")[0];
  for (const one of kept().filter((item) => item.url !== location.pathname)) {
    const link = document.createElement("a");
    link.className = "menu__item";
    link.href = one.url;
    if (sample && /^[a-z-]+$/.test(one.icon ?? "")) {
      link.innerHTML = `<svg class="icon icon--s" aria-hidden="true"><use href="${sample}#i-${one.icon}"/></svg>`;
    }
    const name = document.createElement("bdi");
    name.textContent = one.title;
    link.append(name);
    place.append(link);
  }
}

document.addEventListener("click", (event) => {
  const hit = event.target.closest?.("[data-palette-hit][data-title]");
  if (hit) remember(hit.getAttribute("href"), hit.dataset.title, hit.dataset.icon);
});

// where nobody is logged in there is no palette
if (!document.getElementById("palette")) keep([]);
const heading = document.querySelector("main h1[data-recent]");
if (heading) remember(location.pathname, heading.dataset.title ?? heading.textContent.trim(), heading.dataset.recent);
