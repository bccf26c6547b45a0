// In the grid of visits the arrow keys move from square to square; without this script the tabulator does.
"use strict";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.querySelector("table.grid")?.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const cell = event.target.closest("td, th");
  if (!step || !cell) return;
  const row = cell.parentElement.parentElement.rows[cell.parentElement.sectionRowIndex + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]]?.querySelector("a");
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// What a square says to a screen reader it says to the pointer too.
document.querySelector("table.grid")?.addEventListener("pointerover", (event) => {
  const square = event.target.closest("a.square");
  if (square && !square.title) square.title = square.getAttribute("aria-label");
});
