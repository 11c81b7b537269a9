// What an order sheet adds up to while one types. The server adds up again; these sums are only shown.
export const cell = (line, name) => line.querySelector(`[data-cell=${name}]`);
export const lines = (form) => [...form.querySelectorAll("[data-line]")];
export const isBlank = (line) => ["item", "quantity", "rate"].every((name) => !cell(line, name).value.trim());

/** The number typed, read as core.parsing.numbers reads it: any digits, either grouping; of two marks the last is
 * the fraction's, "1,5" is one and a half, "1,500" is grouped. NaN where it is none. */
export function number(text) {
  const ascii = text.normalize("NFKC").replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u0ae6-\u0aef]/g, digit);
  const plain = ascii.trim().replace(/^[₹$£€৳]\s*/u, "").replace(/(\/-|\s*\p{L}[\p{L}\p{M}.]*)$/u, "").replaceAll("٫", ".");
  if (!ascii.trim()) return 0;
  const [, sign, body] = plain.match(/^([-−]?)([\d.,'’٬ ]+)$/) ?? [];
  if (body === undefined) return NaN;
  const mark = fraction(body);
  const [whole, part = "", more] = mark ? body.split(mark) : [body];
  const groups = whole.split(/[^\d]/);
  const right = groups.length === 1 || (groups.at(-1).length === 3 && groups.slice(1, -1).every((one) => one.length === 2 || one.length === 3));
  if (more !== undefined || !right || /\D/.test(part)) return NaN;
  return Number(`${sign ? "-" : ""}${groups.join("") || 0}.${part || 0}`);
}

function fraction(body) {
  const marks = body.replace(/\d/g, "");
  const last = marks.at(-1);
  if (last !== "." && last !== ",") return "";
  if (new Set(marks).size > 1 || (last === "." && marks.length === 1)) return last;
  return last === "," && marks.length === 1 && !/^[1-9]\d{0,2},\d{3}$/.test(body) ? "," : "";
}

function digit(mark) {
  const code = mark.charCodeAt(0);
  return String(code - (code < 0x6f0 ? 0x660 : code < 0x966 ? 0x6f0 : code < 0xae6 ? 0x966 : 0xae6));
}

export function written(form, amount, places = 2) {
  if (!Number.isFinite(amount)) return "–";
  const locale = form.dataset.grouping === "indian" ? "en-IN" : "en-US";
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return new Intl.NumberFormat(locale, digits).format(amount).replace("-", "−");
}

/** An empty line at the end; its cells are named by the next index. */
export function add(form) {
  const all = lines(form);
  const made = form.querySelector("template[data-blank-line]").content.firstElementChild.cloneNode(true);
  const index = Number(all.at(-1)?.dataset.line ?? -1) + 1;
  made.dataset.line = index;
  for (const field of made.querySelectorAll("[name]")) field.name = field.name.replace("__", index);
  made.querySelector("[data-number]").textContent = index + 1;
  form.querySelector("[data-lines]").append(made);
  return made;
}

/** Show every amount and the sums, and keep an empty line ready. */
export function sum(form) {
  let before = 0, tax = 0;
  for (const line of lines(form)) {
    const blank = isBlank(line);
    const amount = number(cell(line, "quantity").value) * number(cell(line, "rate").value);
    line.toggleAttribute("data-blank", blank);
    line.querySelector("[data-amount]").textContent = blank ? "" : written(form, amount);
    if (!blank) {
      before += amount || 0;
      tax += Math.round((amount || 0) * number(cell(line, "tax").value)) / 100;
    }
  }
  const total = Math.round((before + tax) * 100) / 100;
  const all = form.querySelector("[name=paid_in_full]");
  const received = form.querySelector("[name=received]");
  if (all?.checked) received.value = total ? String(total) : "";
  const sign = form.hasAttribute("data-return") ? -1 : 1;
  const balance = form.dataset.balance === "" ? NaN : Number(form.dataset.balance);
  const after = balance + sign * (total - number(received.value));
  const put = (name, value) => form.querySelector(`[data-sum=${name}]`).replaceChildren(written(form, value));
  put("before", before);
  put("tax", tax);
  put("total", total);
  const row = form.querySelector("[data-after]");
  row.hidden = Number.isNaN(balance);
  put("after", after);
  const limit = form.dataset.limit ? Number(form.dataset.limit) : Infinity;
  form.querySelector("[data-over]").hidden = !(after > limit && after > balance);
  if (!isBlank(lines(form).at(-1))) add(form).toggleAttribute("data-blank", true);
}
