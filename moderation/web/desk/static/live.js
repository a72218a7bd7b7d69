/* How the queue stands, asked every few seconds: the same with one server process or with many.
   Nothing moves under the reader's eyes: counts change in place, a changed list offers itself. */
"use strict";

(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const EVERY_MS = 5000;
  const HIDDEN_MS = 60000;  // nobody is looking
  let lostAt = null;
  let askedAt = 0;
  let isAsking = false;

  const put = (element, words) => {
    const told = typeof words === "number" ? words.toLocaleString(document.documentElement.lang) : words;
    if (element && element.textContent !== told) element.textContent = told;
  };

  /* A sentence of the page's language, with its {places} filled in. */
  const say = (name, values = {}) =>
    (one("#spoken").dataset[name] ?? "").replace(/\{(\w+)\}/g, (whole, place) => values[place] ?? whole);

  function showCrew(crew) {
    const names = crew.map((at) => at.name);
    const line = one("[data-crew]");
    if (line?.dataset.live) put(line, names.length ? say("also", { names: names.join(", ") }) : "");
    else put(line, names.length ? say("working", { names: names.join(", ") }) : say("alone"));
  }

  function showRows(crew) {
    const holders = new Map(crew.flatMap((at) => at.items.map((item) => [String(item), at.name])));
    for (const row of all("[data-item].item")) {
      const holder = holders.get(row.dataset.item);
      if (Boolean(holder) === row.classList.contains("taken")) continue;
      row.classList.toggle("taken", Boolean(holder));
      let chip = row.querySelector("[data-holder]");
      if (!chip) {
        chip = document.createElement("span");
        chip.className = "chip";
        chip.dataset.holder = "";
        row.querySelector(".state").prepend(chip);
      }
      chip.textContent = holder ? say("holds", { name: holder }) : say("free");
    }
  }

  function showQueue(told) {
    for (const [name, value] of Object.entries(told.counts)) put(one(`[data-count="${name}"]`), value);
    all("[data-view]").forEach((link, place) => {
      const [count, oldest] = told.views[place] ?? [];
      put(link.querySelector(".count"), count);
      put(link.querySelector(".small"), oldest);
    });
    const newer = one("[data-newer]");
    if (!newer || new URLSearchParams(location.search).has("after")) return;
    const shown = all("[data-item].item").map((row) => Number(row.dataset.item));
    const isSame = shown.length === told.first.length && shown.every((id, at) => id === told.first[at]);
    if (newer.hidden && !isSame) put(one("#spoken"), say("changed"));
    newer.hidden = isSame;
  }

  function showAdrift(isLost) {
    const line = one("[data-adrift]");
    if (!line) return;
    if (isLost && !lostAt) {
      lostAt = new Date();
      put(line.querySelector("span"), lostAt.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
    }
    if (!isLost) lostAt = null;
    line.hidden = !isLost;
  }

  async function ask() {
    const page = one("[data-live]");
    if (!page || isAsking) return;
    isAsking = true;
    askedAt = Date.now();
    try {
      const answer = await fetch(page.dataset.live, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error("no answer");
      const told = await answer.json();
      showAdrift(false);
      put(one("[data-waiting]"), told.waiting);
      showCrew(told.at_work);
      if (page.matches("main")) { showRows(told.at_work); showQueue(told); }
    } catch { showAdrift(true); }
    isAsking = false;
  }

  setInterval(() => {
    if (Date.now() - askedAt >= (document.hidden ? HIDDEN_MS : EVERY_MS)) ask();
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  window.addEventListener("online", ask);
  window.addEventListener("offline", () => showAdrift(true));
})();
