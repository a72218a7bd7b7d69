/* The desk works without this file. It presses real buttons by key, keeps an unsaved note and hides
   the toast. htmx swaps the next card in; "desk:page" is said of each page that way or the other. */
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

/* Pages --------------------------------------------------------------------------------------- */

function beginSwitches() {
  const keysSwitch = one("#keys-on");
  if (keysSwitch) {
    keysSwitch.closest("label").hidden = false;
    keysSwitch.checked = !remembered(KEYS_OFF);
    keysSwitch.addEventListener("change", () => remember(KEYS_OFF, !keysSwitch.checked));
  }
  const blur = one("#blur");
  if (blur) {
    // What was chosen under "Comfort" holds until the key is pressed, in this tab.
    try {
      const kept = sessionStorage.getItem(BLUR_ON);
      if (kept) blur.checked = kept === "1";
      blur.addEventListener("change", () => sessionStorage.setItem(BLUR_ON, blur.checked ? "1" : "0"));
    } catch { /* no storage: until the page is left */ }
  }
}

function say(words) {
  const region = one("#spoken");
  if (region) region.textContent = words;
}

function sayPage() {
  const told = one(".toast > span");
  say([told ? told.textContent : "", document.title].filter(Boolean).join(" "));
}

/* One press acts on one item: after a form is sent, the page takes no other. */

let isLeaving = false;

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (isLeaving) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  isLeaving = true;
  one("[data-offline]")?.toggleAttribute("hidden", true);
}, { capture: true });
window.addEventListener("pageshow", () => { isLeaving = false; });

document.addEventListener("htmx:before:history:update", (event) => {
  const { response } = event.detail;
  // A refused form has no address that could be opened again.
  if (response && response.status >= 400 && !response.headers.get("HX-Push-Url")) event.preventDefault();
});

document.addEventListener("htmx:before:history:restore", (event) => {
  // Asked for at once, the reload is lost where the browser is still on its way back.
  event.preventDefault();
  setTimeout(() => location.reload(), 0);
});

/* The card that goes is taken out before the next one comes: a browser lays out both otherwise. */
document.addEventListener("htmx:before:swap", () => one("#desk")?.replaceChildren());

document.addEventListener("htmx:after:swap", () => {
  isLeaving = false;
  // First all that changes the page, then what needs its layout: it is made once.
  document.dispatchEvent(new CustomEvent("desk:page"));
  window.scrollTo(0, 0);
  one("main")?.focus({ preventScroll: true });
  setTimeout(sayPage, 0);  // the title follows the swap
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  isLeaving = false;
  const line = one("[data-offline]");
  if (line) { line.hidden = false; line.focus?.(); }
});

/* A note outlives a lost session, a closed tab and a server that is away. ------------------------ */

const SENT = "desk-note-sent";

function beginNote() {
  const note = one("#note");
  const key = note?.form?.dataset.item ? `desk-note-${note.form.dataset.item}` : "";
  try {
    const sent = sessionStorage.getItem(SENT);
    if (sent && sent !== key) sessionStorage.removeItem(sent);  // it has arrived: the item is gone
    sessionStorage.removeItem(SENT);
    if (!key) return;
    const kept = sessionStorage.getItem(key);
    if (kept && !note.value) note.value = kept;
    note.addEventListener("input", () => {
      if (note.value) sessionStorage.setItem(key, note.value);
      else sessionStorage.removeItem(key);
    });
    note.form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
  } catch { /* no storage: the note lives as long as the page */ }
}

/* The toast ------------------------------------------------------------------------------------- */

function beginToast() {
  const toast = one(".toast:not(.inline)");
  if (!toast) return;
  let timer = 0;
  const hide = () => { toast.hidden = true; };
  const start = () => { timer = setTimeout(hide, TOAST_MS); };
  const stop = () => clearTimeout(timer);
  for (const kind of ["pointerenter", "focusin"]) toast.addEventListener(kind, stop);
  for (const kind of ["pointerleave", "focusout"]) toast.addEventListener(kind, start);
  start();
}

document.addEventListener("desk:page", () => {
  arm(false);
  beginSwitches();
  beginNote();
  beginToast();
  document.documentElement.dataset.shows = location.pathname + location.search;
});

document.addEventListener("DOMContentLoaded", () => document.dispatchEvent(new CustomEvent("desk:page")));
