/* Toolbars with one tab stop each: the arrows go from button to button (the ARIA pattern). */
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/* Serve every toolbar inside a frame, also those drawn later. */
export function toolbarKeys(frame) {
  frame.addEventListener("keydown", (event) => {
    const bar = event.target.closest("[role=toolbar]");
    if (!bar || event.altKey || !(event.key in STEPS || event.key === "Home" || event.key === "End")) return;
    event.preventDefault();
    const buttons = [...bar.querySelectorAll("button")];
    const at = buttons.indexOf(event.target);
    const to = { Home: 0, End: buttons.length - 1 }[event.key] ?? (at + STEPS[event.key] + buttons.length) % buttons.length;
    buttons[to].focus();
  });
  frame.addEventListener("focusin", ({ target }) => {
    const bar = target.closest("[role=toolbar]");
    if (!bar) return;
    for (const button of bar.querySelectorAll("button")) button.tabIndex = button === target ? 0 : -1;
  });
}
