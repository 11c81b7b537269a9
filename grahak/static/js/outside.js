// The shop's forms on other people's pages and at the counter (pages/public.css; no app.js there).
//   data-outside="token" data-mode="embedded|counter" on <body>; data-again="address" on the thanks at the counter.
const body = document.body;
const { outside: token, mode } = body.dataset;

// Embedded: the page around us makes its frame as tall as we are.
if (mode === "embedded" && parent !== window) {
  const tell = () => {
    const main = document.querySelector(".plain");
    parent.postMessage({ grahakForm: token, height: main.getBoundingClientRect().height + 2 }, "*");
  };
  new ResizeObserver(tell).observe(document.querySelector(".plain"));
  tell();
}

// At the counter: a fresh form for the next person, soon after the thanks, and where somebody walked away half-way.
if (mode === "counter") {
  const again = document.querySelector("[data-again]")?.dataset.again;
  const fresh = () => location.replace(again || location.href);
  let idle = setTimeout(fresh, again ? 8000 : 120000);
  const awake = () => {
    if (again) return;
    clearTimeout(idle);
    idle = setTimeout(fresh, 120000);
  };
  for (const kind of ["input", "pointerdown", "keydown"]) document.addEventListener(kind, awake, { passive: true });
  // what the last person wrote must not come back with the browser's back button
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
    else if (!document.querySelector(".field__error")) document.querySelector("form")?.reset();
  });
}
