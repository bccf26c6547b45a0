// Says before a session ends, and keeps the page that is open: what was typed stays until it is saved.
"use strict";

(() => {
  const box = document.getElementById("idle");
  if (!box || typeof box.showModal !== "function") return;
  const NOTICE = 120, TYPING = 60;
  let left = Infinity, typed = false, lastAsked = 0;

  const show = (when) => {
    for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== when;
    if (!box.open) box.showModal();
  };

  const take = (token) => { for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token; };

  const ask = async (method) => {
    lastAsked = Date.now();
    const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
    try {
      const answer = await fetch(box.dataset.ask, { method, headers: { "X-CSRFToken": token }, cache: "no-store" });
      if (!answer.ok) return method === "POST" ? ask("GET") : undefined;
      const told = await answer.json();
      if (told.person && told.person !== box.dataset.person) { location.reload(); return; }
      left = told.person ? told.seconds : 0;
      // after a new sign-in the old token is dead: the same person sends the same page with the new one
      if (told.person) take(told.token);
    } catch { /* no connection: the server decides when it is back */ }
  };

  const look = async () => {
    left -= 5;
    // typing is use of the page, though nothing was sent yet
    if (typed && Date.now() - lastAsked > TYPING * 1000) { typed = false; await ask("POST"); }
    if (left <= NOTICE && left > 0) await ask("GET");
    if (left <= 0) { await ask("GET"); }
    if (left <= 0) show("over");
    else if (left <= NOTICE) { box.querySelector("[data-left]").textContent = String(left); show("soon"); }
    else if (box.open) box.close();
  };

  // for a save that was refused; that of somebody else stays refused, and the page stays with what was typed
  box.renew = async () => {
    const answer = await fetch(box.dataset.ask, { cache: "no-store" });
    const told = answer.ok ? await answer.json() : {};
    if (!told.person || told.person !== box.dataset.person) return false;
    take(told.token);
    return true;
  };

  box.querySelector("[data-stay]").addEventListener("click", async () => { await ask("POST"); await look(); });
  box.addEventListener("cancel", (event) => { if (left <= 0) event.preventDefault(); });
  document.addEventListener("input", () => { typed = true; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask("GET").then(look); });
  ask("GET");
  setInterval(look, 5000);
})();
