// Grahak's script for a web shop. Written by hand; needs nothing else and never breaks the page it stands in.
// What it does and how to use it: docs/web-shop.md. Comment lines and indents are left out when it is served.
(function (window, document) {
  "use strict";
  const script = document.currentScript || document.querySelector("script[data-key][src*='/g.js']");
  const before = window.grahak;
  if (!script || (before && before.version)) return;

  const say = script.dataset;
  const post = new URL("/v1/b", say.host || script.src).href;
  const bare = "cookieless" in say;
  const waits = say.consent === "wait";
  const ID = "grahak.id", USER = "grahak.user", YES = "grahak.consent", QUEUE = "grahak.queue", KNOWN = "grahak.known.";
  const PERSON = [ID, USER, KNOWN + "identify", KNOWN + "group"];
  const AMOUNT = /^(price|quantity|value|total|subtotal|revenue|tax|shipping|discount|position)$/;
  const PRIVATE = /(^|[-_])(token|pass(word)?|secret|auth|code|key|e?-?mail|phone|mobile|tel|name|address|session|sid|sig|otp)$/i;

  // A fault of ours stays ours
  const safely = (work) => function () {
    try { return work.apply(this, arguments); } catch (fault) { if ("debug" in say) console.warn("grahak", fault); }
  };

  // What is kept on the device: nothing when cookieless, else localStorage, or a cookie (blocked storage, data-domain)
  const memory = {};
  function read(name) {
    let found;
    if (!bare) {
      try { found = localStorage.getItem(name); } catch (fault) { /* blocked */ }
      const cookie = document.cookie.split("; ").find((one) => one.startsWith(name + "="));
      if (cookie && (say.domain || !found)) found = decodeURIComponent(cookie.slice(name.length + 1));
    }
    return found || memory[name];
  }
  function write(name, value) {
    memory[name] = value;
    if (bare) return;
    let kept = false;
    try {
      if (value) localStorage.setItem(name, value); else localStorage.removeItem(name);
      kept = true;
    } catch (fault) { /* blocked */ }
    if (name === QUEUE || name.startsWith(KNOWN) || (kept && value && !say.domain)) return;
    if (!value && !document.cookie.includes(name + "=")) return;
    document.cookie = name + "=" + encodeURIComponent(value || "") + ";path=/;samesite=lax;max-age=" +
      (value ? 31536000 : 0) + (say.domain ? ";domain=" + say.domain : "") +
      (location.protocol === "https:" ? ";secure" : "");
  }

  // Consent: an answer given on this page or kept from before; else what the page and the browser ask for
  const signals = say.signals || "gpc";
  const asked = (signals.includes("gpc") && navigator.globalPrivacyControl) ||
    (signals.includes("dnt") && navigator.doNotTrack === "1");
  const answer = read(YES);
  let allowed = answer ? answer === "yes" : !waits && !asked;
  let begun = false;

  function consent(given) {
    if (given) {
      allowed = true;
      write(YES, "yes");
      if (begun) start();
      return;
    }
    allowed = false;
    queue = [];
    PERSON.concat(QUEUE, YES).forEach((name) => write(name));
    if (!waits && !bare) write(YES, "no");
  }

  // Who and where
  const uid = () => crypto.randomUUID ? crypto.randomUUID() :
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  function id() {
    if (bare || !allowed) return;
    let found = read(ID);
    if (!found) write(ID, found = uid());
    return found;
  }
  function clean(address) {
    const url = new URL(address);
    Array.from(url.searchParams.keys()).forEach((name) => PRIVATE.test(name) && url.searchParams.delete(name));
    url.hash = "";
    return url;
  }
  let from = document.referrer;
  function here() {
    const url = clean(location.href);
    const there = from && clean(from);
    return {
      path: url.pathname, search: url.search, url: url.href, title: document.title,
      referrer: there ? there.origin + there.pathname : ""
    };
  }
  function context(page) {
    const campaign = {};
    new URLSearchParams(page.search).forEach((value, name) => {
      if (name.startsWith("utm_")) campaign[name === "utm_campaign" ? "name" : name.slice(4)] = value;
    });
    return Object.keys(campaign).length ? { page, campaign } : { page };
  }

  // The queue: [message id, JSON, how often a page went away before it was acknowledged]. Such a message is sent again
  // from the next page; the server knows it by its id, so a doubled one does no harm. After the second time it is
  // believed to have come, unless the server is known to be away.
  let queue = [];
  const mine = {};
  let under_way = false, wait = 0, timer = 0;
  function stored() { try { return JSON.parse(read(QUEUE)) || []; } catch (fault) { return []; } }
  function keep() {
    if (bare || !allowed) return;
    const rest = stored().filter((one) => !mine[one[0]]).concat(queue).slice(-100);
    if (rest.length || read(QUEUE)) write(QUEUE, rest.length && JSON.stringify(rest));
  }
  function later(wait) { clearTimeout(timer); timer = setTimeout(safely(send), wait); }
  function body(batch) {
    const context = { userAgent: navigator.userAgent, locale: navigator.language, library: { name: "grahak.js", version: "1" } };
    if (bare) context.cookieless = true;
    if (read(YES) === "yes") context.consent = true;
    const head = JSON.stringify({ writeKey: say.key, sentAt: new Date(), context });
    return head.slice(0, -1) + ',"batch":[' + batch.map((one) => one[1]).join() + "]}";
  }
  function take() {
    let size = 0;
    return queue.slice(0, 50).filter((one, place) => (size += one[1].length * 3) < 180000 || !place);
  }
  function send() {
    const batch = take();
    if (under_way || !batch.length) return;
    const text = body(batch);
    under_way = true;
    fetch(post, {
      method: "POST", body: text, credentials: "omit", keepalive: text.length < 20000,
      headers: { "Content-Type": "text/plain" }
    }).then((reply) => {
      // 4xx: sending it again would not help
      if (reply.status >= 500 || reply.status === 429 || reply.status === 408) throw reply.status;
      queue = queue.filter((one) => !batch.includes(one));
      if (wait) keep();
      wait = 0;
    }).catch(() => {
      wait = Math.min(wait * 2 || 1000, 60000);
      safely(keep)();
    }).then(() => {
      under_way = false;
      if (queue.length) later(wait * (1 + Math.random() / 4));
    });
  }
  function leave() {
    if (!queue.length) return;
    const sent = !under_way && navigator.sendBeacon && navigator.sendBeacon(post, body(take()));
    if (!wait && navigator.onLine !== false) queue = queue.filter((one) => (one[2] += 1) < 2 && !(bare && sent));
    keep();
  }
  function add(type, fields, message) {
    if (!allowed) return;
    const event = { type, messageId: message || uid(), timestamp: new Date().toISOString(), anonymousId: id() };
    event.userId = read(USER);
    event.context = context(here());
    const text = JSON.stringify(Object.assign(event, fields));
    if (text.length > 32000) return;
    mine[event.messageId] = 1;
    queue.push([event.messageId, text, 0]);
    if (!wait) later(50);
  }

  // What a shop calls
  function track(event, properties, message) {
    const order = properties && properties.order_id;
    // An order's page that is loaded again is the same order
    if (event === "Order Completed" && order) message = "order:" + order + ":" + (id() || "");
    add("track", { event: String(event), properties: properties || {} }, message);
  }
  let seen = "";
  function page(name, properties) {
    seen = location.pathname + location.search;
    if (typeof name === "object") { properties = name; name = undefined; }
    add("page", { name, properties: Object.assign(here(), properties) });
  }
  function identify(user, traits) {
    if (!allowed) return;
    if (user && typeof user === "object") { traits = user; user = undefined; }
    if (user) {
      user = String(user);
      const known = read(USER);
      // Somebody else at the same device: a new visitor
      if (known && known !== user) reset();
      write(USER, user);
    }
    add("identify", { traits: traits || {} });
  }
  function group(firm, traits) { add("group", { groupId: String(firm), traits: traits || {} }); }
  function reset() { PERSON.forEach((name) => write(name)); }

  // What the page itself says: data-grahak="Product Added" data-product-id="…"
  function facts(element) {
    const found = {};
    for (const name in element.dataset) {
      if (name.startsWith("grahak")) continue;
      const value = element.dataset[name];
      const key = name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
      found[key] = AMOUNT.test(key) && value.trim() && !isNaN(value) ? +value : value;
    }
    return found;
  }
  function fields(form, properties, traits) {
    for (const field of form.elements) {
      const off = /^(checkbox|radio)$/.test(field.type) && !field.checked;
      if (off || field.type === "password" || !field.value) continue;
      const property = field.dataset.grahakProperty, trait = field.dataset.grahakTrait;
      if (property) properties[property] = AMOUNT.test(property) && !isNaN(field.value) ? +field.value : field.value;
      if (trait) traits[trait] = field.value;
    }
  }
  function mark(text) {
    let sum = 7;
    for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) | 0;
    return "m" + sum;
  }
  function act(element) {
    const name = element.dataset.grahak, properties = facts(element), traits = {};
    const goods = Array.from(element.querySelectorAll("[data-grahak-product]"), facts);
    if (goods.length) properties.products = goods;
    if (element.matches("form")) fields(element, properties, traits);
    if (name === "reset") return reset();
    if (name === "identify" || name === "group") {
      const key = name === "group" ? "group_id" : "user_id";
      const who = properties[key], all = Object.assign(properties, traits);
      delete all[key];
      const told = mark(JSON.stringify([who, all]));
      if (read(KNOWN + name) === told && (name === "group" || read(USER) === who)) return;
      (name === "group" ? group : identify)(who, all);
      if (allowed) write(KNOWN + name, told);
      return;
    }
    if (Object.keys(traits).length) identify(traits);
    if (name) track(name, properties);
  }
  const looked = new WeakSet();
  function look() {
    if (!allowed) return;
    document.querySelectorAll("[data-grahak][data-grahak-on=view]").forEach((element) => {
      if (looked.has(element)) return;
      looked.add(element);
      act(element);
    });
  }
  document.addEventListener("click", safely((event) => {
    const element = event.target.closest && event.target.closest("[data-grahak]:not(form):not([data-grahak-on])");
    if (element) act(element);
  }), true);
  document.addEventListener("submit", safely((event) => {
    if (event.target.matches("form[data-grahak]")) act(event.target);
  }), true);

  // Pages, also those that a script changes without loading
  function view() {
    if (seen === location.pathname + location.search) return;
    page();
    look();
  }
  let last = location.href;
  const moved = () => setTimeout(safely(() => {
    if (last === location.href) return;
    from = last;
    last = location.href;
    view();
  }), 50);
  if (say.auto !== "off") {
    const push = history.pushState;
    history.pushState = function () {
      const result = push.apply(this, arguments);
      moved();
      return result;
    };
    window.addEventListener("popstate", moved);
    window.addEventListener("pageshow", safely((event) => { if (event.persisted && allowed) { seen = ""; view(); } }));
  }
  document.addEventListener("visibilitychange", safely(() => { if (document.visibilityState === "hidden") leave(); }));
  window.addEventListener("pagehide", safely(leave));
  window.addEventListener("online", safely(() => { wait = 0; send(); }));

  const start = safely(() => {
    begun = true;
    if (!allowed) return;
    queue = stored().filter((one) => !mine[one[0]]).concat(queue);
    if (queue.length) { write(QUEUE); later(0); }
    if (say.auto === "off") look(); else view();
  });
  const calls = { consent, track, page, identify, group, reset, look, id, flush: send };
  const grahak = window.grahak = { version: "1" };
  for (const name in calls) grahak[name] = safely(calls[name]);
  grahak.push = safely((call) => grahak[call[0]].apply(grahak, call.slice(1)));
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true }); else start();
  if (Array.isArray(before)) before.forEach(grahak.push);
})(window, document);
