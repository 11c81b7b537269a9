// The live list follows a stream of what happens: "rows" go on top, "rates" is the picture above. EventSource comes
// again by itself with the place it had; a screen that nobody looks at is let go after a while, and comes anew.
const MOST = 200;
const HIDDEN_FOR = 120_000; // ms

let list = null;
let source = null;
let held = [];
let paused = false;
let letGo = 0;
let place = "";

const part = (name) => document.querySelector(`[data-live-${name}]`);
const show = (name, yes) => part(name)?.toggleAttribute("hidden", !yes);

function put(html) {
  const piece = document.createElement("template");
  piece.innerHTML = html;
  list.prepend(piece.content);
  while (list.children.length > MOST) list.lastElementChild.remove();
}

function tell() {
  const badge = part("held");
  if (!badge) return;
  badge.hidden = held.length === 0;
  badge.textContent = held.reduce((sum, [, rows]) => sum + rows, 0);
}

function take(html) {
  if (!paused) return put(html);
  held.push([html, html.split("<li").length - 1]);
  if (held.length > MOST) held.shift();
  tell();
}

function follow() {
  const address = new URL(list.dataset.live, location.href);
  if (place) address.searchParams.set("after", place);
  source = new EventSource(address);
  source.addEventListener("open", () => show("lost", false));
  source.addEventListener("error", () => {
    const over = source.readyState === EventSource.CLOSED;
    show("lost", !over);
    show("closed", over);
  });
  source.addEventListener("rows", (event) => {
    place = event.lastEventId || place;
    take(JSON.parse(event.data));
  });
  source.addEventListener("rates", (event) => {
    const rates = document.getElementById("live-rates");
    if (rates) rates.innerHTML = JSON.parse(event.data);
  });
  source.addEventListener("closed", () => {
    stop();
    show("closed", true);
  });
}

function stop() {
  source?.close();
  source = null;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-live-pause]");
  if (!button || !source) return;
  event.preventDefault();
  paused = !paused;
  button.querySelector("[data-live-words]").textContent = paused ? button.dataset.goOn : button.dataset.stop;
  if (!paused) held.splice(0).forEach(([html]) => put(html));
  tell();
});

document.addEventListener("visibilitychange", () => {
  clearTimeout(letGo);
  if (!list) return;
  if (document.hidden) letGo = setTimeout(stop, HIDDEN_FOR);
  else if (!source && part("closed")?.hidden) follow();
});
addEventListener("pagehide", stop);
addEventListener("pageshow", (event) => event.persisted && list && follow());

function begin() {
  list = document.querySelector("[data-live]");
  if (list && !source) follow();
}
begin();
