// The shop's own script: what a shop would write itself.
const on = (id, act) => document.getElementById(id)?.addEventListener("click", act);
on("yes", () => window.grahak.consent(true));
on("no", () => window.grahak.consent(false));
on("turn", () => history.pushState({}, "", "/turned/?utm_source=inside&token=very-secret"));
