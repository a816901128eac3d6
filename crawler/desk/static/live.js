// Keeps the page up to date: the same page is fetched again, and only the parts that are marked
// data-live and have changed are put in place of the old ones. Without this script the page loads
// itself again while something runs.
"use strict";

const WHILE_RUNNING = 2000;
const ELSE = 10000;
const PATIENCE = 15000;

let answeredAt = new Date();
let watches = false;

function put(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (next === null || next.outerHTML === old.outerHTML) continue;
    if (old.contains(anchorOfSelection())) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolled = Array.from(old.querySelectorAll("pre"), (box) => [box.scrollTop, atEnd(box)]);
    old.replaceWith(document.adoptNode(next));
    if (focused) document.getElementById(focused)?.focus();
    next.querySelectorAll("pre").forEach((box, place) => {
      const [top, wasAtEnd] = scrolled[place] ?? [0, true];
      box.scrollTop = wasAtEnd ? box.scrollHeight : top;
    });
  }
}

// Text that somebody is selecting stays where it is.
function anchorOfSelection() {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed ? selection.anchorNode : null;
}

function atEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 8;
}

function tell(isSilent) {
  const line = document.getElementById("silent");
  document.getElementById("silent-since").textContent = answeredAt.toLocaleTimeString();
  line.hidden = !isSilent;
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, {
        headers: { Accept: "text/html" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) {
        put(new DOMParser().parseFromString(await answer.text(), "text/html"));
        answeredAt = new Date();
      }
      tell(!answer.ok);
    } catch {
      tell(true);
    }
  }
}

async function again() {
  await look();
  setTimeout(again, document.querySelector("[data-running]") && !watches ? WHILE_RUNNING : ELSE);
}

// A crawl's page is told when something changes; where it is not, it looks by itself.
function watch() {
  const place = document.querySelector("[data-events]");
  if (place === null || watches) return;
  const stream = new EventSource(place.dataset.events);
  stream.addEventListener("open", () => { watches = true; });
  stream.addEventListener("changed", look);
  stream.addEventListener("over", () => { stream.close(); watches = false; look(); });
  stream.addEventListener("error", () => { watches = false; });
}

document.querySelectorAll("pre").forEach((box) => { box.scrollTop = box.scrollHeight; });
watch();
setTimeout(again, WHILE_RUNNING);
