// The key "/" leads to the search for a participant: into its field where the page has one, else to the list.
"use strict";

function focusSearch() {
  const field = document.getElementById("search");
  field?.focus();
  field?.select();
  return Boolean(field);
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
  const list = document.querySelector("a[data-search]");
  if (!document.getElementById("search") && !list) return;
  event.preventDefault();
  if (!focusSearch()) location.href = `${list.href}#search`;
});

if (location.hash === "#search") focusSearch();
