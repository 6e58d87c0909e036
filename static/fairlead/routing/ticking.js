// <span class="fr-clock" data-due="2026-11-21T14:05:00Z" data-now="2026-11-21T14:00:00Z">5 minutes left</span>: ticks
// each second by the server's time, which `data-now` tells. A clock that has not begun carries no `data-due`.
// What ends rather than falls overdue says in `data-over` what it then reads.

import { clock } from "./countdown.js";

const ahead = new WeakMap(); // by how much the server's time was ahead of ours when the clock was shown

function tick() {
  for (const element of document.querySelectorAll(".fr-clock[data-due]")) {
    if (!ahead.has(element)) ahead.set(element, Date.parse(element.dataset.now) - Date.now());
    const { text, tone } = clock(Date.parse(element.dataset.due), Date.now() + ahead.get(element));
    const shown = tone === "bad" ? (element.dataset.over ?? text) : text;
    if (element.textContent !== shown) element.textContent = shown;
    element.dataset.tone = tone;
  }
}

tick();
setInterval(tick, 1000);
