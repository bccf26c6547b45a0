// A visual analogue scale: a line with no mark until it is touched, so that a line that nobody touched is no answer.
// The value is not shown; a number can be typed instead, and without this script typing is the way.
"use strict";

// How an answer was chosen: by a key or by touch.
document.addEventListener("keydown", (event) => note(event, "keyboard"));
document.addEventListener("pointerdown", (event) => note(event, "touch"));
function note(event, mode) {
  const asked = event.target.closest?.("fieldset.asked:not([data-vas])");
  const kept = asked?.querySelector("input[name^='mode-']");
  if (kept) kept.value = mode;
}

for (const asked of document.querySelectorAll("[data-vas]")) line(asked);
document.getElementById("told")?.focus();

// Staff who open the same form are told that somebody is at it.
const here = document.querySelector("form[data-here]")?.dataset.here;
if (here) setInterval(() => fetch(here, { credentials: "same-origin" }).catch(() => {}), 30_000);

function line(asked) {
  const { low, high, decimals, say, move, line: name, none, mark: markAt, type, clear } = asked.dataset;
  const [lowest, highest] = [Number(low), Number(high)];
  const value = asked.querySelector(".vas-value");
  const mode = asked.querySelector(".vas-mode");
  const typed = asked.querySelector(".vas-typed");
  const number = typed.querySelector("input");
  const step = (highest - lowest) / 100;

  const told = make("p", "hint vas-told");
  const track = make("div", "vas-track");
  const mark = make("div", "vas-mark");
  const slider = make("input", "vas-slider");
  Object.assign(slider, { type: "range", min: low, max: high, step: String(Math.min(step, 10 ** -Number(decimals))) });
  slider.setAttribute("aria-label", `${name}: ${asked.querySelector("legend").textContent.trim()}`);
  track.append(make("div", "vas-line"), mark, slider);
  const perMm = Number(localStorage.getItem("trialbook-px-per-mm"));
  if (perMm) track.style.inlineSize = `min(100%, ${100 * perMm}px)`; // 100 mm, where the screen was measured
  const remove = make("button", "quiet vas-clear");
  Object.assign(remove, { type: "button", textContent: clear });
  const other = make("details", "vas-other");
  const summary = make("summary");
  summary.textContent = type;
  asked.querySelector(".ends").after(track, told, remove, other);
  track.before(asked.querySelector(".ends"));
  other.append(summary, typed);

  show();
  track.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    track.setPointerCapture(event.pointerId);
    slider.focus({ focusVisible: false });
    put(at(event), "touch");
  });
  track.addEventListener("pointermove", (event) => {
    if (track.hasPointerCapture(event.pointerId)) put(at(event), "touch");
  });
  slider.addEventListener("keydown", (event) => {
    const wanted = pressed(event);
    if (wanted === null) return;
    event.preventDefault();
    put(wanted, "keyboard");
  });
  slider.addEventListener("input", () => put(Number(slider.value), "keyboard")); // as assistive programs set it
  number.addEventListener("input", () => { if (number.value) empty(); });
  remove.addEventListener("click", () => { empty(); slider.focus(); });

  function make(tag, of = "") {
    const made = document.createElement(tag);
    made.className = of;
    return made;
  }
  function at(event) {
    const box = track.getBoundingClientRect();
    return lowest + (highest - lowest) * (event.clientX - box.left) / box.width;
  }
  // The first key makes the mark: from the end that the arrow comes from, or at the tenth of a digit.
  function pressed(event) {
    const key = event.key;
    const now = value.value === "" ? null : Number(value.value);
    const up = key === "ArrowRight" || key === "ArrowUp";
    if (up || key === "ArrowLeft" || key === "ArrowDown") return now === null ? (up ? lowest : highest) : now + (up ? step : -step);
    if (key === "PageUp" || key === "PageDown") return (now ?? (key === "PageUp" ? lowest : highest)) + (key === "PageUp" ? 10 : -10) * step;
    if (key === "Home") return lowest;
    if (key === "End") return highest;
    if (/^[0-9]$/.test(key) && !event.ctrlKey && !event.altKey && !event.metaKey) return lowest + (highest - lowest) * Number(key) / 10;
    if (key === "Delete" || key === "Backspace") empty();
    return null;
  }
  function put(wanted, how) {
    const inside = Math.min(highest, Math.max(lowest, wanted));
    value.value = inside.toFixed(Number(decimals));
    mode.value = how;
    number.value = "";
    show();
  }
  function empty() {
    value.value = "";
    show();
  }
  function show() {
    const is = value.value !== "";
    track.classList.toggle("touched", is);
    remove.hidden = !is;
    told.textContent = is ? move : say;
    slider.setAttribute("aria-valuetext", is ? `${markAt} ${value.value}` : none);
    if (!is) return;
    slider.value = value.value;
    mark.style.insetInlineStart = `${100 * (Number(value.value) - lowest) / (highest - lowest)}%`;
  }
}
