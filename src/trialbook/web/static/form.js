// A form that is filled in: leaving it unsaved asks, a lost connection loses nothing, and what is sent is stored once.
"use strict";
const beginForm = () => {
  const form = document.getElementById("entry");
  if (!form) return;
  document.documentElement.classList.add("has-script");
  const life = new AbortController(); // ends what this form listens to, when another page takes its place
  const on = (where, what, then, more) => where.addEventListener(what, then, { signal: life.signal, ...more });
  const words = document.getElementById("words").dataset;
  const banner = document.getElementById("unsaved");
  const doing = document.getElementById("doing");
  const PATIENCE = 10000;
  const AGAIN = 5000;
  const DRAFT = "trialbook form ";
  const MACHINERY = new Set(["csrfmiddlewaretoken", "request", "seen", "hand", "new", "at_repeat"]);

  // ---- what is typed
  const field = (name) => form.elements.namedItem(name);
  const pairs = () => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  const typed = () => JSON.stringify([...new FormData(form)].filter(([name]) => !MACHINERY.has(name)));
  let clean = form.hasAttribute("data-unsaved") ? "" : typed();
  let pending = null; // what was sent and has no answer yet: the same is sent again, so that it is stored once
  let busy = false;
  const isDirty = () => pending !== null || typed() !== clean;
  const say = (text) => { banner.textContent = text; banner.hidden = !text; };

  // ---- a draft in the browser, until it is saved; another person never sees it
  let key = `${DRAFT}${form.dataset.person} ${form.getAttribute("action")}`;
  const keep = () => {
    try {
      if (isDirty()) sessionStorage.setItem(key, JSON.stringify({ request: field("request").value, at: pairs(), sent: pending !== null }));
      else sessionStorage.removeItem(key);
    } catch { /* no room, or not allowed: the page itself still holds it */ }
  };
  const forget = () => { try { sessionStorage.removeItem(key); } catch { /* as above */ } };
  const forgetAll = (isOld) => {
    try {
      for (const name of Object.keys(sessionStorage)) if (name.startsWith(DRAFT) && isOld(name)) sessionStorage.removeItem(name);
    } catch { /* as above */ }
  };
  forgetAll((name) => !name.startsWith(`${DRAFT}${form.dataset.person} `));

  const put = (kept) => {
    const values = new Map();
    for (const [name, value] of kept) values.set(name, [...(values.get(name) || []), value]);
    for (const input of form.elements) {
      if (!input.name || input.name === "csrfmiddlewaretoken" || input.type === "submit") continue;
      const given = values.get(input.name) || [];
      if (input.type === "checkbox" || input.type === "radio") input.checked = given.includes(input.value);
      else if (given.length) input.value = given[0];
    }
  };

  const fate = async (request) => {
    const answer = await within(fetch(form.dataset.fate.replace("ASKED", encodeURIComponent(request)), { headers: { Accept: "application/json" } }));
    if (!answer.ok || answer.redirected) throw new Error("unanswered");
    return answer.json();
  };

  const bringBack = async () => {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(key)); } catch { kept = null; }
    if (!kept || form.hasAttribute("data-unsaved")) return;
    if (kept.sent) {
      try {
        if ((await fate(kept.request)).stored) { forget(); return; }
      } catch { /* not known: bring it back, the request id keeps it from being stored twice */ }
    }
    put(kept.at);
    say(words.back);
    look();
  };

  // ---- sending, with an end to waiting
  const within = (asked) => Promise.race([asked, new Promise((_, no) => setTimeout(() => no(new Error("late")), PATIENCE))]);
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const body = (what) => {
    const sent = new FormData();
    for (const [name, value] of pairs()) sent.append(name, value);
    sent.append("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
    sent.append("do", what);
    return new URLSearchParams(sent);
  };

  const send = async (sent) => {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), PATIENCE);
    try {
      return await fetch(form.getAttribute("action"), { method: "POST", body: sent, headers: { Accept: "application/json" }, signal: stop.signal });
    } finally {
      clearTimeout(clock);
    }
  };

  // after a new sign-in in another window the old token is dead: the same is sent once more with the new one
  const sendWithNewToken = async () => {
    const answer = await send(pending.body);
    if (answer.status !== 403 || !(await within(Promise.resolve(document.getElementById("idle")?.renew?.())))) return answer;
    pending.body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
    return send(pending.body);
  };

  const settle = async (answer, go) => {
    const kind = answer.headers.get("Content-Type") || "";
    if (answer.ok && kind.startsWith("application/json")) return stored(await answer.json(), go);
    pending = null;
    if (answer.redirected || answer.status === 403 || answer.status === 401) { say(words.out); keep(); return false; }
    if (answer.status === 422) { refused(await answer.text()); return false; }
    say(words.failed);
    keep();
    return false;
  };

  const stored = (told, go) => {
    const later = pending && typed() !== pending.typed;
    pending = null;
    if (!later) {
      clean = typed();
      forget();
      if (go !== "stay") location.assign(go || told.next);
      return true;
    }
    // more was typed while this was under way: go on from what is stored now
    clean = "";
    field("request").value = told.request;
    field("seen").value = told.seen;
    goOnAt(told);
    say(`${words.stored} ${told.at || ""}. ${words.later}`);
    keep();
    return false;
  };

  // a new row is none any more; it may be another than it was begun as, where somebody else was quicker
  const goOnAt = (told) => {
    field("new").value = "";
    if (told.address === form.getAttribute("action")) return;
    forget();
    field("at_repeat").value = told.row;
    form.setAttribute("action", told.address);
    key = `${DRAFT}${form.dataset.person} ${told.address}`;
    history.replaceState(null, "", told.address);
  };

  const refused = (page) => {
    const fresh = new DOMParser().parseFromString(page, "text/html");
    const main = fresh.getElementById("main");
    if (!main) { say(words.failed); return; }
    life.abort();
    clearInterval(clock);
    document.getElementById("main").replaceChildren(...main.childNodes);
    document.title = fresh.title;
    window.htmx?.process(document.getElementById("main"));
    beginForm();
    document.querySelector(".problems")?.focus();
  };

  const save = async (what, go) => {
    if (busy) return false;
    busy = true;
    doing.textContent = words.saving;
    form.setAttribute("aria-busy", "true");
    if (!pending) pending = { body: body(what), typed: typed(), request: field("request").value };
    keep();
    let done = false;
    for (let isFirst = true; pending; isFirst = false) {
      try {
        if (!isFirst) {
          await wait(AGAIN);
          if (navigator.onLine === false) { say(words.offline); continue; }
          const told = await fate(pending.request);
          if (told.stored) { done = stored(told, go); break; }
        }
        done = await settle(await sendWithNewToken(), go);
      } catch {
        say(navigator.onLine !== false && isFirst ? words.unknown : words.offline);
        doing.textContent = "";
        keep();
      }
    }
    busy = false;
    doing.textContent = "";
    form.removeAttribute("aria-busy");
    return done;
  };

  on(form, "submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    save(event.submitter?.value || "save");
  });

  // ---- leaving
  const dialog = document.getElementById("leave");
  let target = null;
  on(document, "click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isDirty() || link.target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || (url.pathname === location.pathname && url.hash)) return;
    event.preventDefault();
    target = url.href;
    dialog.showModal();
  }, { capture: true });
  on(dialog, "click", (event) => {
    const choice = event.target.dataset.leave;
    if (!choice) return;
    dialog.close();
    if (choice === "discard") { discard(); location.assign(target); }
    if (choice === "save") save("save", target);
  });
  const discard = () => { pending = null; clean = typed(); forget(); };
  on(window, "beforeunload", (event) => { if (isDirty()) { keep(); event.preventDefault(); } });
  // a person who signs out leaves nothing behind in the browser
  on(document, "submit", (event) => {
    if (event.target !== form && /sign-out/.test(event.target.getAttribute("action") || "")) { discard(); forgetAll(() => true); }
  }, { capture: true });

  // ---- keys and fingers
  on(document, "keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      document.activeElement?.blur();
      save("save");
    }
  });
  // Enter leads from question to question, at last to Save, and never sends the form from within a box
  on(form, "keydown", (event) => {
    const box = event.target;
    if (event.key !== "Enter" || event.isComposing || box.tagName !== "INPUT") return;
    event.preventDefault();
    const here = box.closest("[data-item], .question") || box;
    const inputs = [...form.querySelectorAll("[name^='answer.'], [name=visit_day], button[value=save]")];
    const next = inputs.find((input) => input.offsetParent && here.compareDocumentPosition(input) === Node.DOCUMENT_POSITION_FOLLOWING);
    const chosen = inputs.find((input) => input.name === next?.name && input.type === "radio" && input.checked && input.value);
    (chosen || next)?.focus();
  });
  on(form, "pointerdown", (event) => { field("hand").value = event.pointerType === "touch" || event.pointerType === "pen" ? "touch" : "keyboard"; });
  on(form, "click", (event) => {
    const fill = event.target.dataset?.fill;
    if (!fill) return;
    const input = document.getElementById(fill);
    input.value = event.target.dataset.with;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  on(form, "change", (event) => {
    const input = event.target;
    const item = /^(answer|never|missing)\.(.*)$/.exec(input.name);
    if (item) onlyOne(item[1], item[2], input);
    if (input.name === "others" && input.value) fillOthers(input);
    if (input.dataset.hints) input.closest("[data-item]").querySelector(".hint").textContent = input.dataset.hints.split("|")[input.selectedIndex];
  });

  // an answer, `never` and a reason for none exclude each other
  const onlyOne = (kind, item, input) => {
    const isGiven = input.type === "checkbox" || input.type === "radio" ? input.checked && input.value : input.value;
    if (!isGiven) return;
    for (const other of form.elements) {
      const isSame = other.name === `answer.${item}` || other.name === `never.${item}` || other.name === `missing.${item}`;
      if (!isSame || other.name === `${kind}.${item}`) continue;
      if (other.type === "checkbox" || other.type === "radio") other.checked = other.type === "radio" && other.value === "";
      else other.value = "";
    }
  };

  const fillOthers = (chosen) => {
    for (const select of form.querySelectorAll("select[name^='missing.']")) {
      const item = select.name.slice("missing.".length);
      const box = select.closest("[data-item]");
      const isEmpty = ![...new FormData(form)].some(([name, value]) => (name === `answer.${item}` || name === `never.${item}`) && value);
      if (isEmpty && !select.value && !box.hasAttribute("data-not-asked")) select.value = chosen.value;
    }
    chosen.value = "";
  };

  // ---- what the server says while the form is filled in
  const show = () => {
    const asked = document.getElementById("asked").dataset;
    const sets = Object.fromEntries(["hidden", "changed", "doomed"].map((name) => [name, new Set(asked[name].split(" "))]));
    for (const box of form.querySelectorAll("[data-item]")) {
      const item = box.dataset.item;
      box.toggleAttribute("data-not-asked", sets.hidden.has(item));
      const reason = document.getElementById(`why-${item}`);
      if (reason && reason.classList.toggle("is-needed", sets.changed.has(item)) && !reason.open) reason.open = true;
      const doom = document.getElementById(`doom-${item}`);
      if (doom) doom.hidden = !sets.doomed.has(item);
    }
  };
  on(form, "htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig?.elt !== form) return;
    for (const said of form.querySelectorAll(".said:not(:empty)")) if (said.id.startsWith("said-")) said.replaceChildren();
  });
  on(document.body, "htmx:oobAfterSwap", (event) => { if (event.detail.target?.id === "asked" || event.target.id === "asked") show(); });
  on(form, "htmx:afterRequest", () => { show(); keep(); });

  const look = () => form.dispatchEvent(new Event("change", { bubbles: true }));
  on(form, "input", () => { if (!banner.hidden && !busy && banner.textContent === words.failed) say(""); });

  // ---- who else is here: asked only while somebody works, so that a tablet that lies there signs itself out
  let lastTouch = Date.now();
  for (const name of ["pointerdown", "keydown", "scroll"]) on(document, name, () => { lastTouch = Date.now(); }, { passive: true });
  const clock = setInterval(() => {
    if (Date.now() - lastTouch < 30000 && !document.hidden) window.htmx?.trigger("#others", "look");
  }, 20000);

  // HTMX listens only once the page is loaded
  if (document.readyState === "complete") bringBack();
  else on(window, "load", bringBack, { once: true });
};
beginForm();
