/* The dialog for a column: which field it asks about and how, or which outcome it sets.
 *
 * <dialog data-column-dialog><h2 data-heading></h2><input data-search><select data-field size="8"><select data-op><button data-do="done">…</dialog>
 */
import { element } from "../builder/dom.js";
import { operatorsFor } from "../builder/language.js";
import { searchFields } from "../builder/search.js";

export class ColumnDialog {
  constructor(dialog, data) {
    Object.assign(this, { dialog, data });
    for (const part of ["heading", "search", "field", "op", "input", "output", "name"]) this[part] = dialog.querySelector(`[data-${part}]`);
    this.search.addEventListener("input", () => this.#fill(this.field.value));
    this.search.addEventListener("keydown", (event) => event.key === "ArrowDown" && this.field.focus());
    this.field.addEventListener("change", () => this.#operators(this.op.value));
    dialog.addEventListener("click", ({ target }) => target.dataset.do && this.#end(target.dataset.do));
    dialog.addEventListener("keydown", (event) => event.key === "Enter" && !event.target.matches("button") && (event.preventDefault(), this.#end("done")));
  }

  /* Ask about a column. `offers` are the outputs to choose from; `answer(act, chosen)` gets done, remove, left or right. */
  open({ heading, column, offers, isNew, answer }) {
    this.answer = answer;
    this.heading.textContent = heading;
    this.asks = typeof column.given === "object";
    for (const button of this.dialog.querySelectorAll("[data-old]")) button.hidden = isNew;
    this.input.hidden = !this.asks;
    this.output.hidden = this.asks || !isNew;
    this.dialog.querySelector('[data-do="done"]').hidden = !this.asks && !isNew;
    if (this.asks) this.#inputs(column.given);
    else this.name.replaceChildren(...offers.map((name) => element("option", { value: name }, this.data.outputs[name].label)));
    this.dialog.showModal();
  }

  #inputs({ field, op }) {
    this.search.value = "";
    this.#fill(field);
    this.#operators(op);
  }

  #fill(value) {
    const groups = searchFields(this.data.fields, Object.keys(this.data.fields), this.search.value);
    const names = groups.flatMap((found) => found.names);
    this.field.replaceChildren(...groups.map((found) => this.#group(found)));
    this.field.value = names.includes(value) ? value : (names[0] ?? "");
    this.#operators(this.op.value);
  }

  #group({ group, names }) {
    return element("optgroup", { label: group }, ...names.map((name) => element("option", { value: name }, this.data.fields[name].label)));
  }

  #operators(op) {
    const fitting = this.field.value ? operatorsFor(this.data, this.data.fields[this.field.value]) : [];
    const names = fitting.map(([name]) => name);
    this.op.replaceChildren(...fitting.map(([name, text]) => element("option", { value: name }, text)));
    this.op.value = [op, "in", "contains"].find((name) => names.includes(name)) ?? names[0] ?? "";
  }

  #end(act) {
    const chosen = this.asks ? { field: this.field.value, op: this.op.value } : this.name.value;
    if (act === "done" && this.asks && !chosen.op) return;
    this.dialog.close();
    this.answer(act, chosen);
  }
}
