/* The claim on an item: counts it down, renews it while somebody works, lets it end soon after they
   have left. Without this file a claim ends by itself. */
"use strict";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const SHORT_S = 20;  // a claim that was let go: whoever comes back takes it up again
  let claim = null;

  function draw() {
    const left = Math.max(0, Math.round((claim.endsAt - Date.now()) / 1000));
    one("[data-left]", claim.clock).textContent =
      `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    one(".fill", claim.clock)
      .setAttribute("width", String(Math.min(100, Math.round(100 * left / claim.ttl))));
    claim.clock.classList.toggle("late", left <= 60);
    one("[data-keep]").hidden = left > 60;
    for (const mark of [60, 15]) {
      if (left <= mark && left > 0 && !claim.said.has(mark)) {
        claim.said.add(mark);
        one("#spoken").textContent = one("#spoken").dataset.ends.replace("{seconds}", mark);
      }
    }
    return left;
  }

  async function renew() {
    const mine = claim;
    mine.isAsking = true;
    try {
      const answer = await fetch(mine.form.action, {
        method: "POST",
        body: new FormData(mine.form),
        headers: { Accept: "application/json" },
      });
      if (answer.ok) {
        mine.endsAt = Date.now() + 1000 * (await answer.json()).seconds;
        mine.said.clear();
      } else if (answer.status === 409) {
        mine.isLost = true;
        if (mine.clock.isConnected) one("[data-lost]").hidden = false;
      }
    } catch { /* no connection: the clock goes on, and the next sign of life asks again */ }
    mine.isAsking = false;
  }

  function begin() {
    const clock = one("[data-lease]");
    claim = clock && {
      clock,
      form: one("#renew"),
      ttl: Number(clock.dataset.ttl),
      endsAt: Date.now() + 1000 * Number(clock.dataset.left),
      isActive: Number(clock.dataset.left) <= SHORT_S,
      isAsking: false,
      isLost: false,
      said: new Set(),
    };
  }

  function beat() {
    if (!claim?.clock.isConnected) return;  // the next card is just coming
    const left = draw();
    if (claim.isActive && !claim.isAsking && !claim.isLost && left < claim.ttl * 0.75) {
      claim.isActive = false;
      renew();
    }
  }

  function leave() {
    if (claim && !claim.isLost) navigator.sendBeacon(claim.form.dataset.leave, new FormData(claim.form));
  }

  for (const kind of ["keydown", "pointermove", "pointerdown", "input"]) {
    document.addEventListener(kind, () => { if (claim) claim.isActive = true; }, { passive: true });
  }
  document.addEventListener("desk:page", begin);
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", (event) => { if (event.persisted && claim) renew(); });
  setInterval(beat, 1000);
})();
