// Above a table of ticks: one button that ticks all of them. Without this script each is ticked by itself.
"use strict";

for (const table of document.querySelectorAll("table[data-ticks]")) {
  const ticks = [...table.querySelectorAll("input[type=checkbox]")];
  const head = table.tHead?.rows[0]?.cells[0];
  if (!head || ticks.length < 2) continue;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", `${head.textContent}: ${table.caption.textContent}`);
  all.addEventListener("change", () => ticks.forEach((tick) => { tick.checked = all.checked; }));
  head.prepend(all);
}
