// Writing in the block editor: the marks of bold, italic, links and lists, the meters of subject and preheader, and
// fields whose change draws the panel anew. The words are plain text; without a script the marks are typed.
const WRAPS = { KeyB: "**", KeyI: "*", KeyK: "link" };

function put(box, text, from, to) {
  box.focus();
  box.setRangeText(text, from, to, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(box, how) {
  const [from, to] = [box.selectionStart, box.selectionEnd];
  const words = box.value.slice(from, to);
  if (how === "list") {
    const start = box.value.lastIndexOf("\n", from - 1) + 1;
    const lines = box.value.slice(start, to).split("\n").map((line) => (line.startsWith("- ") ? line.slice(2) : `- ${line}`));
    return put(box, lines.join("\n"), start, to);
  }
  if (how === "link") {
    put(box, `[${words}](https://)`, from, to);
    const caret = words ? box.selectionEnd - 1 : from + 1;
    return box.setSelectionRange(caret, caret);
  }
  put(box, how + words + how, from, to);
  if (!words) box.setSelectionRange(from + how.length, from + how.length);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-mark]");
  const box = button && document.getElementById(button.closest("[data-marks]").dataset.marks);
  if (box) mark(box, button.dataset.mark);
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-letter] textarea");
  if (!box || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !WRAPS[event.code]) return;
  event.preventDefault();
  mark(box, WRAPS[event.code]);
});

function measure(meter) {
  const field = document.getElementById(meter.dataset.meter);
  const count = [...field.value].length;
  const { least, most } = meter.dataset;
  meter.querySelector("[data-meter-count]").textContent = String(count);
  meter.querySelector("rect").setAttribute("width", String(Math.min(100, (count * 100) / most)));
  meter.classList.toggle("is-long", count > most);
  meter.classList.toggle("is-short", count < least);
}

document.addEventListener("input", (event) => {
  const meter = event.target.id && document.querySelector(`[data-meter="${CSS.escape(event.target.id)}"]`);
  if (meter) measure(meter);
  if (event.target.closest?.("[data-letter]") && !event.target.closest("[data-quiet]")) {
    const state = document.getElementById("letter-state");
    if (state) state.textContent = state.dataset.saving;
  }
});

// a colour that is picked is written into its field, and the sample beneath shows it
document.addEventListener("input", (event) => {
  const picker = event.target.closest?.("[data-colour]");
  if (picker) document.getElementById(picker.dataset.colour).value = picker.value;
  const field = picker ? document.getElementById(picker.dataset.colour) : event.target.closest?.(".colour-field .input");
  const sample = field && document.querySelector("[data-colour-sample]");
  if (sample && /^#[0-9a-f]{6}$/i.test(field.value)) sample.style.setProperty(`--mail-${field.name}`, field.value);
});

// a file or a choice that changes what the panel asks is sent at once
document.addEventListener("change", (event) => {
  const target = event.target;
  if (!target.closest?.("[data-letter]")) return;
  if (target.matches("[data-upload]") && target.files.length) target.form.querySelector("[value=upload]").click();
  if (target.matches("[data-redraw]")) target.form.querySelector("[data-keep]").click();
});

document.addEventListener("suggest:chosen", (event) => {
  if (event.target.matches?.("[data-take]")) event.target.form.querySelector(`[value="${event.target.dataset.take}"]`).click();
});

function ready() {
  for (const one of document.querySelectorAll("[data-marks]")) one.hidden = false;
  for (const one of document.querySelectorAll("[data-meter]")) measure(one);
}

document.addEventListener("htmx:after:swap", ready);
ready();
