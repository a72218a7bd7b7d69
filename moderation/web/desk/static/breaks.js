/* Proposes a break after as many minutes of work as the moderator chose. Five minutes without a sign
   of life are a break. */
"use strict";

(() => {
  const MINUTE_MS = 60000;
  const IDLE_MS = 5 * MINUTE_MS;
  const after = Number(document.documentElement.dataset.break || 0);
  if (!after) return;
  const line = document.querySelector("[data-rest]");

  function read(name) {
    try { return Number(localStorage.getItem(name)) || 0; } catch { return 0; }
  }

  function write(name, value) {
    try { localStorage.setItem(name, String(value)); } catch { /* private window: forgotten */ }
  }

  function alive() {
    const now = Date.now();
    if (now - read("desk-alive-at") > IDLE_MS) { write("desk-work-since", now); line.hidden = true; }
    write("desk-alive-at", now);
  }

  function look() {
    const worked = Math.floor((Date.now() - read("desk-work-since")) / MINUTE_MS);
    if (worked < after || Date.now() - read("desk-alive-at") > IDLE_MS) return;
    line.querySelector("b").textContent = String(worked);
    line.hidden = false;
  }

  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, alive, { passive: true });
  line.querySelector("button").addEventListener("click", () => {
    write("desk-work-since", Date.now());
    line.hidden = true;
  });
  alive();
  setInterval(look, 10000);
})();
