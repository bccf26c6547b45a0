// What every page of the site does in the browser beyond what HTML does by itself.
"use strict";

// A menu that opens closes again with Escape or with a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("header.top details[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("header.top details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// What stands against a form is read out first.
document.querySelector(".problems")?.focus();

// A box that holds a proposal: what is typed takes its place; a second click sets the caret.
document.addEventListener("focusin", (event) => {
  const box = event.target;
  if (!box.matches("input[data-proposed]")) return;
  box.select();
  box.addEventListener("mouseup", () => { if (box.selectionStart === box.selectionEnd) box.select(); }, { once: true });
});
document.querySelector("input[data-proposed]:focus")?.select();

// Requests by HTMX carry the token that Django wants.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

// Whoever signs out leaves nothing typed behind for the next person at this machine.
document.addEventListener("submit", (event) => {
  if (!/sign-out/.test(event.target.getAttribute("action") || "")) return;
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith("trialbook form ")) sessionStorage.removeItem(name);
  } catch { /* a browser that keeps nothing has nothing to forget */ }
});
