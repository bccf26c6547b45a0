// A questionnaire without a connection: what was answered stays on the page and is sent again, with the same id, until
// it is saved. The browser's own page of an error never takes the place of the questions.
"use strict";
(() => {
  const told = document.getElementById("waiting");
  const PATIENCE = 10000;
  const AGAIN = 5000;
  let busy = false;

  const say = (text) => { told.textContent = text; told.hidden = !text; };
  const rest = () => new Promise((done) => {
    setTimeout(done, AGAIN);
    addEventListener("online", done, { once: true });
  });
  const ask = async (address, options) => {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { credentials: "same-origin", signal: stop.signal, ...options });
      if (answer.status === 502 || answer.status === 504) throw new Error("no server behind it");
      return answer;
    } finally {
      clearTimeout(clock);
    }
  };
  const until = async (address, options, words) => {
    for (;;) {
      try {
        return await ask(address, options);
      } catch {
        say(words);
        await rest();
      }
    }
  };

  // what is under way cannot be changed, so that what is sent again is what was sent
  const hold = (form) => { busy = true; if (form) form.inert = true; };
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    busy = false;
    say("");
    for (const form of document.forms) form.inert = false;
  });
  addEventListener("beforeunload", (event) => { if (busy && !told.hidden) event.preventDefault(); });
  const go = (address) => { busy = false; location.assign(address); };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    if (busy) return;
    const pressed = event.submitter;
    const body = new URLSearchParams(new FormData(form));
    if (pressed?.name) body.append(pressed.name, pressed.value);
    hold(form);
    const isOnce = form.hasAttribute("data-once"); // it is not to be sent twice: first see whether anybody answers
    const answer = isOnce
      ? await until(location.pathname, {}, told.dataset.go)
      : await until(form.getAttribute("action"), { method: "POST", body }, told.dataset.send);
    if (!isOnce && answer.redirected) return go(answer.url);
    // shown as the server words it: the same is sent the ordinary way, and stored once
    if (pressed?.name) {
      const what = Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value });
      form.append(what);
    }
    busy = false;
    form.submit();
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || link.target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const address = new URL(link.href, location.href);
    if (address.origin !== location.origin || (address.pathname === location.pathname && address.hash)) return;
    event.preventDefault();
    if (busy) return;
    hold(null);
    await until(address.href, {}, told.dataset.go);
    go(address.href);
  });
})();
