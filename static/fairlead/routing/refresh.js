// <div id="desk" data-refresh="20">…</div>: fetched anew every so many seconds while the page is looked at, so that new
// leads and clocks appear by themselves. Focus stays on the element of the same id.

const parser = new DOMParser();

async function refresh(region) {
  if (document.hidden) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return; // signed out: leave what is on the page
  const fresh = parser.parseFromString(await answer.text(), "text/html").getElementById(region.id);
  if (!fresh) return;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus();
}

for (const region of document.querySelectorAll("[data-refresh]")) {
  setInterval(() => refresh(region).catch(() => {}), Number(region.dataset.refresh) * 1000);
}
