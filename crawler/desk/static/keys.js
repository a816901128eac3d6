// Keys for who reads many articles a day. Everything that a key does is a button or a link of the
// page too; a key presses it. A decision is sent without leaving the page, and the row says what
// came of it.
"use strict";

const GO_PATIENCE = 1500;
const SENT_PATIENCE = 15000;
const DECISIONS = { y: "keep", n: "dismiss", s: "star" };

let waitsForPlace = 0;

const rows = () => Array.from(document.querySelectorAll("[data-row]"));
const current = () => document.querySelector("[data-row][data-current]");

function choose(row) {
  if (!row) return;
  const before = current();
  if (before) delete before.dataset.current;
  row.dataset.current = "";
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (all.length === 0) return followed(by > 0 ? "next" : "prev");
  const place = all.indexOf(current());
  if (place < 0) return choose(all[0]);
  const next = all[place + by];
  if (next) return choose(next);
  return followed(by > 0 ? "next" : "prev");
}

function followed(rel) {
  document.querySelector(`a[rel~="${rel}"]`)?.click();
}

// The buttons of the row that is looked at, or those of the page of one article.
function scope() {
  return current() ?? document.querySelector("[data-article]") ?? document;
}

function press(name) {
  scope().querySelector(`[data-does="${name}"]`)?.click();
}

function say(text, undo) {
  const line = document.getElementById("done");
  if (!line) return;
  line.hidden = false;
  line.querySelector("[data-said]").textContent = text;
  const button = line.querySelector("[data-undo]");
  button.hidden = !undo;
  if (undo) button.value = undo;
}

async function send(form, button, fields) {
  const answer = await fetch(button.getAttribute("formaction") ?? form.getAttribute("action"), {
    method: "POST",
    headers: { Accept: "application/json" },
    body: fields,
    signal: AbortSignal.timeout(SENT_PATIENCE),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error([told.detail, told.remedy].filter(Boolean).join(" "));
  return told;
}

function show(told) {
  for (const [id, state] of Object.entries(told.articles ?? {})) {
    const place = document.querySelector(`[data-row="${CSS.escape(id)}"], [data-article="${CSS.escape(id)}"]`);
    if (!place) continue;
    place.dataset.review = state.review ?? "";
    const badge = place.querySelector("[data-state]");
    if (badge) badge.textContent = state.review_words ?? "";
    const labels = place.querySelector("[data-labels]");
    if (labels && state.labels) labels.textContent = state.labels.join(", ");
  }
  say(told.said, told.batch);
}

async function decide(button) {
  const row = button.closest("[data-row]");
  const fields = new URLSearchParams(new FormData(button.form, button));
  button.disabled = true;  // its value would no longer be among the fields
  try {
    show(await send(button.form, button, fields));
    if (row && row === current() && button.dataset.does !== "undo") step(1);
  } catch (error) {
    say(`Nothing was changed. ${error.message}`, null);
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-quick]");
  if (!button || !button.form) return;
  if (!button.form.reportValidity()) return;
  event.preventDefault();
  decide(button);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("a, button, input, label, summary")) return;
  const row = event.target.closest("[data-row]");
  if (row) choose(row);
});

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) && target.type !== "checkbox";
}

function isOnControl(target) {
  return target.closest("a[href], button, summary, input") !== null;
}

function help() {
  document.getElementById("keys").showModal();
}

function go(key) {
  document.querySelector(`a[data-go="${CSS.escape(key)}"]`)?.click();
}

function opened() {
  (current()?.querySelector("a[data-open]") ?? null)?.click();
}

function original() {
  const link = scope().querySelector("a[data-original]");
  if (link) window.open(link.href, "_blank", "noopener,noreferrer");
}

function field(name) {
  const place = scope().querySelector(`[data-field="${name}"]`);
  if (!place) return;
  place.closest("details")?.setAttribute("open", "");
  place.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: opened,
  v: original,
  u: () => document.querySelector("#done:not([hidden]) [data-undo]:not([hidden])")?.click(),
  x: () => press("choose"),
  e: () => field("note"),
  l: () => field("labels"),
  r: () => press("rescue"),
  "/": () => document.querySelector('input[type="search"]')?.focus(),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (performance.now() < waitsForPlace) {
    waitsForPlace = 0;
    event.preventDefault();
    go(key);
  } else if (key === "g") {
    waitsForPlace = performance.now() + GO_PATIENCE;
  } else if (key === "Enter" && !isOnControl(event.target)) {
    opened();
  } else if (key in DECISIONS) {
    press(DECISIONS[key]);
  } else if (key in KEYS) {
    event.preventDefault();
    KEYS[key]();
  }
});

document.querySelectorAll("[data-help]").forEach((place) => {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", help);
});
