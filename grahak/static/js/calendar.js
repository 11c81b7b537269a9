// The calendar: a line is dragged to another day, or moved with Alt and an arrow key. Without a script its page has a
// box for the day.
const DAYS = { ArrowUp: -7, ArrowDown: 7 };

function move(line, day) {
  const form = line.closest("[data-calendar]")?.querySelector("[data-calendar-move]");
  if (!form || !day || day === line.dataset.on) return;
  form.action = line.dataset.move;
  form.elements.on.value = day;
  form.requestSubmit();
}

function shifted(day, days) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

let lifted = null;

document.addEventListener("dragstart", (event) => {
  const line = event.target.closest?.("[data-move]");
  if (!line) return;
  lifted = line;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", line.textContent.trim());
  line.classList.add("is-lifted");
});

document.addEventListener("dragend", () => {
  lifted?.classList.remove("is-lifted");
  document.querySelectorAll("[data-day].is-under").forEach((day) => day.classList.remove("is-under"));
  lifted = null;
});

document.addEventListener("dragover", (event) => {
  const day = lifted && event.target.closest?.("[data-day]");
  if (!day) return;
  event.preventDefault();
  for (const other of document.querySelectorAll("[data-day].is-under")) other.classList.remove("is-under");
  day.classList.add("is-under");
});

document.addEventListener("drop", (event) => {
  const day = lifted && event.target.closest?.("[data-day]");
  if (!day) return;
  event.preventDefault();
  move(lifted, day.dataset.day);
});

document.addEventListener("keydown", (event) => {
  const line = event.altKey && event.target.closest?.("[data-move]");
  if (!line || event.ctrlKey || event.metaKey) return;
  const onwards = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = onwards === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  const days = { ...DAYS, [onwards]: 1, [back]: -1 }[event.key];
  if (!days) return;
  event.preventDefault();
  move(line, shifted(line.dataset.on, days));
});
