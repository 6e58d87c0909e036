/* The sheet: a grid over the states of a table, its toolbar, its filter. Everything that changes it goes through `edit`.
 *
 * <section data-sheet><div data-toolbar><button data-act="addRow">…<select data-hit><input data-filter></div><table role="grid" data-grid></table></section>
 */
import { History } from "../builder/history.js";
import { ACTS } from "./acts.js";
import { matching } from "./blocks.js";
import { blank } from "./model.js";
import { shown } from "./cells.js";
import { listenToClipboard } from "./clipboard.js";
import { ColumnDialog } from "./columns.js";
import { dragRows } from "./drag.js";
import { openEditor } from "./editors.js";
import { Grid } from "./grid.js";
import { HEAD, actOf, moved, tabbed } from "./keys.js";
import { moveRow, read, set, write } from "./model.js";
import { placeOf, sortProblems } from "./places.js";

const SOUND = { cells: new Map(), columns: new Map() };

export class Sheet {
  constructor(section, { data, changed, say }) {
    Object.assign(this, { section, data, changed, say, hidden: new Set(), faults: SOUND });
    const table = section.querySelector("[data-grid]");
    this.grid = new Grid(table, data);
    this.filter = section.querySelector("[data-filter]");
    this.hit = section.querySelector("[data-hit]");
    this.columnDialog = new ColumnDialog(document.querySelector("[data-column-dialog]"), data);
    this.#listen(table);
    listenToClipboard(table, this);
    dragRows(this.grid.body, (key, over, side) => this.#drop(key, over, side));
  }

  get state() {
    return this.history.state;
  }

  get table() {
    return write(this.state);
  }

  /* Show the table of a rule; a TypeError says that it cannot. */
  load(table) {
    this.history = new History(read(table));
    this.hidden.clear();
    this.filter.value = "";
    this.draw();
  }

  /* Show the server's problems in their cells. Returns those that have one, each with its place and what that is called, and the others. */
  show(problems) {
    const { placed, elsewhere, ...faults } = sortProblems(this.state, problems);
    this.faults = faults;
    this.draw();
    return { placed: placed.map(({ problem, place }) => ({ problem, place, called: this.#called(place) })), elsewhere };
  }

  /* Return the row a pointer names and what it is called, null where it names none. */
  placeOf(pointer) {
    const place = placeOf(this.state, pointer);
    return place?.row === undefined ? null : { place, called: this.#called(place) };
  }

  #called({ row, column }) {
    const label = this.grid.specs.get(column).label;
    return row === undefined ? label : `Row ${this.state.rows.findIndex(({ key }) => key === row) + 1}, ${label}`;
  }

  /* Put the cursor on a place, wherever it is; the filter lets go of what hides it. */
  visit({ row = HEAD, column }) {
    if (this.hidden.has(row)) {
      this.filter.value = "";
      this.hidden.clear();
      this.draw();
    }
    this.grid.go({ row, column });
  }

  /* Go on to another state; `at` is where the cursor goes, `select` the rows and columns then selected. */
  edit(state, said, { at, select } = {}) {
    if (state === this.state) return;
    this.history.commit(state, { said });
    this.#after(said, at, select);
  }

  /* Undo (-1) or redo (1). */
  go(by) {
    const said = by < 0 ? this.history.undo() : this.history.redo();
    const done = by < 0 ? "Undone" : "Done again";
    if (said === undefined) this.say(by < 0 ? "There is nothing to undo." : "There is nothing to do again.");
    else this.#after(said ? `${done}: ${said}` : `${done}.`);
  }

  #after(said, at, select) {
    this.draw();
    if (select) this.grid.select(...select);
    else if (at) this.grid.go(at);
    else if (this.grid.table.contains(document.activeElement) || document.activeElement === document.body) this.grid.focus();
    this.say(said);
    this.changed();
  }

  draw() {
    const keys = this.state.rows.map(({ key }) => key).filter((key) => !this.hidden.has(key));
    this.grid.draw(this.state, keys, this.faults);
    this.hit.value = this.state.hit;
    for (const [act, isOff] of Object.entries(this.#off())) this.section.querySelector(`[data-act="${act}"]`).disabled = isOff;
  }

  #off() {
    const noRow = this.grid.keys.length === 0;
    return { undo: !this.history.canUndo, redo: !this.history.canRedo, duplicateRows: noRow, removeRows: noRow, rowUp: noRow, rowDown: noRow };
  }

  #listen(table) {
    this.section.querySelector("[data-toolbar]").addEventListener("click", ({ target }) => {
      const button = target.closest("[data-act]");
      if (button) ACTS[button.dataset.act](this);
    });
    this.hit.addEventListener("change", () => this.edit({ ...this.state, hit: this.hit.value }, "Hit policy changed."));
    this.filter.addEventListener("input", () => this.#filter());
    this.filter.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    table.addEventListener("keydown", (event) => this.#key(event));
    table.addEventListener("focusin", ({ target }) => this.#follow(target.closest("td, th[data-column]")));
    table.addEventListener("mousedown", (event) => this.#point(event));
    table.addEventListener("mouseover", (event) => event.buttons === 1 && event.target.closest("td") && this.#point(event, true));
    table.addEventListener("dblclick", ({ target }) => target.closest("td") && this.open(false));
    table.addEventListener("click", ({ target }) => target.closest("[data-head]") && ACTS.edit(this));
  }

  #filter() {
    const texts = ({ cells }) => this.state.columns.map(({ key }) => shown(this.data, this.grid.specs.get(key), cells[key])).join(" ");
    const keys = new Set(matching(this.state, texts, this.filter.value));
    this.hidden = new Set(this.state.rows.map(({ key }) => key).filter((key) => !keys.has(key)));
    this.draw();
    this.say(`${keys.size} of ${this.state.rows.length} rows shown.`);
  }

  #key(event) {
    const found = actOf(event);
    if (!found) return;
    const { act, by, extend } = found;
    if (act !== "type") event.preventDefault();
    if (act === "go") this.grid.go(moved(this.grid.at, by, this.grid.keys, this.grid.columnKeys), { extend });
    else ACTS[act](this);
  }

  /* Whoever puts the focus into a cell, a screen reader too, puts the cursor there. */
  #follow(cell) {
    const at = cell && { row: cell.closest("tr").dataset.key ?? HEAD, column: cell.dataset.column };
    if (at && (at.row !== this.grid.at.row || at.column !== this.grid.at.column)) this.grid.go(at, { focus: false });
  }

  #point(event, extend = event.shiftKey) {
    const [cell, line] = [event.target.closest("td, th[data-column]"), event.target.closest("tr")];
    if (!cell) return;
    const row = line.dataset.key ?? HEAD;
    if (row !== HEAD) event.preventDefault();
    this.grid.go({ row, column: cell.dataset.column }, { extend, focus: row !== HEAD });
  }

  #drop(key, over, side) {
    const others = this.state.rows.filter((row) => row.key !== key).map((row) => row.key);
    const index = others.indexOf(over) + (side === "after" ? 1 : 0);
    this.edit(moveRow(this.state, key, index), `Row moved to place ${index + 1}.`, { at: { row: key, column: this.grid.at.column } });
  }

  /* Open the editor of the cursor's cell. */
  open(isTyped) {
    const { at } = this.grid;
    const column = this.state.columns.find(({ key }) => key === at.column);
    const [spec, row] = [this.grid.specs.get(at.column), this.state.rows.findIndex(({ key }) => key === at.row)];
    openEditor({
      cell: this.grid.cell(),
      data: this.data,
      say: this.say,
      spec,
      value: this.state.rows[row].cells[at.column],
      blank: blank(column),
      label: `${spec.label}${spec.asks ? ` ${spec.asks}` : ""}, row ${row + 1}`,
      isTyped,
      done: (value, way) => this.#done(at, value, way),
      leave: () => this.grid.go(at),
    });
  }

  #done(at, value, way) {
    const { keys, columnKeys } = this.grid;
    const ways = { down: [1, 0], up: [-1, 0] };
    const next = way === "right" || way === "left" ? tabbed(at, way === "right" ? 1 : -1, keys, columnKeys) : moved(at, ways[way] ?? [0, 0], keys, columnKeys);
    const state = set(this.state, [[at.row, at.column, value]]);
    if (way === "away") this.edit(state, "Changed.");
    else if (state === this.state) this.grid.go(next);
    else this.edit(state, "", { at: next });
  }
}
