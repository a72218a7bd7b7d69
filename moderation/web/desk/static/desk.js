/* The desk works without this file. It presses real buttons by key, counts claims down and renews
   them while somebody works, keeps an unsaved note, and hides the toast. */
"use strict";

const KEYS_OFF = "desk-keys-off";
const BLUR_ON = "desk-blur-on";
const TOAST_MS = 8000;
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const isShown = (element) => element.checkVisibility ? element.checkVisibility() : true;

function remembered(key) {
  try { return localStorage.getItem(key) === "1"; } catch { return false; }
}

function remember(key, isOn) {
  try { localStorage.setItem(key, isOn ? "1" : "0"); } catch { /* private window: forgotten */ }
}

/* Keys ---------------------------------------------------------------------------------------- */

let rejectIsArmed = false;

function target(key) {
  return all("[aria-keyshortcuts]").find(
    (element) => element.getAttribute("aria-keyshortcuts") === key && isShown(element)
  );
}

function arm(isArmed) {
  rejectIsArmed = isArmed;
  const hint = one("[data-hint]");
  if (hint) {
    hint.hidden = isArmed;
    one("[data-hint-armed]").hidden = !isArmed;
  }
}

function chosenReason() {
  return one("input[name=reason]:checked");
}

function reject() {
  const button = target("r");
  const reason = chosenReason();
  if (!button) return;
  if (!reason) { arm(!rejectIsArmed); return; }
  if (reason.value === "other" && !one("#note").value.trim()) { one("#note").focus(); return; }
  button.click();
}

function chooseReason(radio) {
  radio.click();
  if (rejectIsArmed) { arm(false); reject(); }
}

function moveInList(step) {
  const links = all("[data-rows] .item a");
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  const link = links[Math.max(0, Math.min(links.length - 1, next))];
  link.focus();
  link.closest(".item").scrollIntoView({ block: "nearest" });
  return true;
}

function act(key) {
  if ((key === "j" || key === "k") && moveInList(key === "j" ? 1 : -1)) return true;
  if (key === "r") { if (!target("r")) return false; reject(); return true; }
  const element = target(key);
  if (!element) return false;
  if (element.matches("input[type=radio]")) chooseReason(element);
  else if (element.matches("textarea, [data-key-focuses]")) element.focus();
  else element.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const at = event.target;
  if (event.key === "Enter" && at.matches && at.matches("[type=radio], [type=checkbox]")) {
    event.preventDefault();  // it would send the form
    return;
  }
  if (event.key === "Escape") {
    arm(false);
    if (at.matches && at.matches(TYPING)) at.blur();
    return;
  }
  if (remembered(KEYS_OFF) || (at.matches && at.matches(TYPING))) return;
  if (event.key.length === 1 && act(event.key.toLowerCase())) event.preventDefault();
});

const keysSwitch = one("#keys-on");
if (keysSwitch) {
  keysSwitch.closest("label").hidden = false;
  keysSwitch.checked = !remembered(KEYS_OFF);
  keysSwitch.addEventListener("change", () => remember(KEYS_OFF, !keysSwitch.checked));
}

const blur = one("#blur");
if (blur) {
  blur.checked = remembered(BLUR_ON);
  blur.addEventListener("change", () => remember(BLUR_ON, blur.checked));
}

/* One press acts on one item: after a form is sent, the page takes no other. --------------------- */

let isLeaving = false;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (isLeaving) event.preventDefault();
  isLeaving = true;
});
window.addEventListener("pageshow", () => { isLeaving = false; });

/* The claim ------------------------------------------------------------------------------------- */

const lease = one("[data-lease]");
if (lease) {
  const ttl = Number(lease.dataset.ttl);
  let endsAt = Date.now() + 1000 * Number(lease.dataset.left);
  let isActive = false;
  let isAsking = false;
  let isLost = false;
  const said = new Set();

  const draw = () => {
    const left = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
    one("[data-left]", lease).textContent =
      `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    one(".fill", lease).setAttribute("width", String(Math.min(100, Math.round(100 * left / ttl))));
    lease.classList.toggle("late", left <= 60);
    one("[data-keep]").hidden = left > 60;
    for (const mark of [60, 15]) {
      if (left <= mark && left > 0 && !said.has(mark)) {
        said.add(mark);
        one("[data-spoken]").textContent = `Your claim ends in ${mark} seconds.`;
      }
    }
    return left;
  };

  const renew = async () => {
    isAsking = true;
    try {
      const form = one("#renew");
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (answer.ok) {
        endsAt = Date.now() + 1000 * (await answer.json()).seconds;
        said.clear();
      } else if (answer.status === 409) {
        isLost = true;
        one("[data-lost]").hidden = false;
      }
    } catch { /* no connection: the clock goes on, and the next sign of life asks again */ }
    isAsking = false;
  };

  for (const kind of ["keydown", "pointermove", "pointerdown", "input"]) {
    document.addEventListener(kind, () => { isActive = true; }, { passive: true });
  }
  setInterval(() => {
    const left = draw();
    if (isActive && !isAsking && !isLost && left < ttl * 0.75) { isActive = false; renew(); }
  }, 1000);
}

/* A note outlives a lost session or a closed tab. ------------------------------------------------ */

const note = one("#note");
if (note && note.form && note.form.dataset.item) {
  const key = `desk-note-${note.form.dataset.item}`;
  try {
    const kept = sessionStorage.getItem(key);
    if (kept && !note.value) note.value = kept;
    note.addEventListener("input", () => {
      if (note.value) sessionStorage.setItem(key, note.value);
      else sessionStorage.removeItem(key);
    });
    note.form.addEventListener("submit", () => sessionStorage.removeItem(key));
  } catch { /* no storage: the note lives as long as the page */ }
}

/* The toast ------------------------------------------------------------------------------------- */

const toast = one(".toast:not(.inline)");
if (toast) {
  let timer = 0;
  const hide = () => { toast.hidden = true; };
  const start = () => { timer = setTimeout(hide, TOAST_MS); };
  const stop = () => clearTimeout(timer);
  for (const kind of ["pointerenter", "focusin"]) toast.addEventListener(kind, stop);
  for (const kind of ["pointerleave", "focusout"]) toast.addEventListener(kind, start);
  start();
}
