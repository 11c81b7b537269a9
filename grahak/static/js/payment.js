// The payment form says what stands on the khata after it, while one types.
import { number, written } from "./sheet-sums.js";

function show(form) {
  const balance = form.dataset.balance === "" ? NaN : Number(form.dataset.balance);
  const out = form.querySelector("[name=way][value=out]")?.checked;
  const amount = number(form.querySelector("[name=amount]").value) * (out ? -1 : 1);
  form.querySelector("[data-after]").hidden = Number.isNaN(balance) || !amount;
  form.querySelector("[data-sum=after]").textContent = written(form, balance - amount);
}

document.addEventListener("suggest:chosen", (event) => {
  const form = event.target.closest("[data-payment]");
  if (!form) return;
  const { fill } = event.detail;
  form.dataset.balance = fill.balance ?? "";
  form.querySelector("[data-standing]").textContent = fill.words;
  form.querySelector("[name=amount]").focus();
  show(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-payment]");
  if (form) show(form);
});

document.querySelectorAll("[data-payment]").forEach(show);
