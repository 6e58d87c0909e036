/* The menu of narrow screens. Without this module it simply stays open (see fairlead.css).
 *
 * <button type="button" data-menu-button aria-expanded="false" aria-controls="fl-menu" hidden>Menu</button>
 * <div id="fl-menu" data-menu>…</div>
 */
const button = document.querySelector("[data-menu-button]");
const menu = document.querySelector("[data-menu]");

function show(open) {
  button.setAttribute("aria-expanded", String(open));
  menu.toggleAttribute("data-open", open);
}

if (button && menu) {
  button.hidden = false;
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    show(false);
    button.focus();
  });
}
