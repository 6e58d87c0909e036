/* Undo and redo of the whole form, by button and by key; a text being typed keeps the browser's own.
 *
 * <div role="toolbar"><button data-undo>…</button><button data-redo>…</button></div>
 */
const TYPED = "input:not([type=checkbox], [type=radio], [role=combobox]), textarea";

export class UndoButtons {
  /* `undo()` and `redo()` return what they undid, undefined where there was nothing; `arrived()` shows the other state. */
  constructor(form, { undo, redo, arrived, say }) {
    Object.assign(this, { arrived, say, form });
    this.back = form.querySelector("[data-undo]");
    this.forth = form.querySelector("[data-redo]");
    this.steps = new Map([[this.back, { go: undo, done: "Undone", none: "There is nothing to undo." }], [this.forth, { go: redo, done: "Done again", none: "There is nothing to do again." }]]);
    for (const button of this.steps.keys()) button.addEventListener("click", () => this.#go(button));
    form.addEventListener("keydown", (event) => this.#key(event));
  }

  /* Disabled for the eye and the screen reader alone: a button that is really disabled drops the focus. */
  show({ canUndo, canRedo }) {
    this.back.setAttribute("aria-disabled", String(!canUndo));
    this.forth.setAttribute("aria-disabled", String(!canRedo));
  }

  #key(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key) || event.target.matches(TYPED)) return;
    event.preventDefault();
    this.#go(key === "y" || event.shiftKey ? this.forth : this.back);
  }

  #go(button) {
    const { go, done, none } = this.steps.get(button);
    const [focused, row] = [document.activeElement, document.activeElement.closest("[data-row]")];
    const said = go();
    if (said === undefined) return this.say(none);
    this.arrived();
    this.#focus(focused, row);
    return this.say(`${done}: ${said}.`);
  }

  /* Where the focus was, or in the row it was in; else on the button, which is always there. */
  #focus(focused, row) {
    const control = focused.isConnected ? focused : row?.isConnected ? row.querySelector("input, select") : this.back;
    control.focus();
  }
}
