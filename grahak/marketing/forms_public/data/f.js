// Puts a form of Grahak where this line stands:
//   <script async src="https://…/f.js" data-form="token"></script>
// data-lang="ur" chooses the language (else the page's own). The frame grows with its form; nothing is read from the
// page and nothing is kept.
(() => {
  const me = document.currentScript;
  const token = me && me.dataset.form;
  if (!token || !/^[\w-]{4,20}$/.test(token)) return;
  const host = new URL(me.src).origin;
  const said = (me.dataset.lang || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const lang = /^(en|ur|hi|gu)$/.test(said) ? said : "";
  const frame = document.createElement("iframe");
  frame.src = `${host}/f/${token}/embed${lang ? `?lang=${lang}` : ""}`;
  frame.title = me.dataset.title || "Form";
  frame.loading = "lazy";
  frame.referrerPolicy = "origin";
  frame.width = "100%";
  frame.height = "480";
  frame.setAttribute("frameborder", "0");
  frame.setAttribute("scrolling", "no");
  me.after(frame);
  addEventListener("message", (event) => {
    if (event.origin !== host || event.source !== frame.contentWindow) return;
    const tall = event.data && event.data.grahakForm === token && Number(event.data.height);
    if (tall > 0 && tall < 10000) frame.height = String(Math.ceil(tall));
  });
})();
