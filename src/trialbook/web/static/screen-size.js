// How large this screen is: no browser tells, so a bank card held against it does. Kept on the device, used by vas.js.
"use strict";
(() => {
  const CARD = 85.6; // mm, ISO/IEC 7810
  const part = document.querySelector("[data-screen-size]");
  if (!part) return;
  const bar = part.querySelector("[data-bar]");
  const slider = part.querySelector("input");
  const told = part.querySelector("[data-told]");
  const kept = Number(localStorage.getItem("trialbook-px-per-mm"));
  part.hidden = false;
  slider.value = String(Math.round((kept || 96 / 25.4) * CARD));
  bar.style.inlineSize = `${slider.value}px`;
  slider.addEventListener("input", () => {
    bar.style.inlineSize = `${slider.value}px`;
    localStorage.setItem("trialbook-px-per-mm", String(Number(slider.value) / CARD));
    told.textContent = told.dataset.told;
  });
})();
