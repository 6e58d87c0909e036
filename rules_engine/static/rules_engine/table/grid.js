/* The grid on the page: draws a state of model.js and redraws only what differs from the last one; keeps the cursor and what is selected.
 *
 * <table role="grid"><thead><tr><th>…<th data-column><button data-head>State <small>is one of</small></button></th></tr></thead>
 *   <tbody><tr data-key><th role="rowheader" draggable="true">1</th><td role="gridcell" data-column tabindex="-1">Texas</td></tr></tbody></table>
 */
import { element, uniqueId } from "../builder/dom.js";
import { ANY } from "./model.js";
import { shown, specOf } from "./cells.js";
import { HEAD, between } from "./keys.js";

const NONE = new Map();

export class Grid {
  constructor(table, data) {
    Object.assign(this, { table, data, lines: new Map(), keys: [], columns: [], at: null, anchor: null });
    [this.head, this.body] = [table.createTHead(), table.createTBody()];
  }

  /* Draw a state; `keys` are the rows in sight, `faults` the problems by row and column and those of columns. */
  draw(state, keys, faults) {
    const signature = JSON.stringify([...faults.columns]);
    if (state.columns !== this.columns) {
      this.lines.clear();
      this.body.replaceChildren();
      this.columnKeys = state.columns.map(({ key }) => key);
      this.specs = new Map(state.columns.map((column) => [column.key, specOf(this.data, column)]));
    }
    if (state.columns !== this.columns || signature !== this.headSignature) this.#drawHead(state.columns, faults.columns);
    Object.assign(this, { keys, columns: state.columns, headSignature: signature });
    this.#drawRows(state, new Set(keys), faults.cells);
    this.table.setAttribute("aria-rowcount", state.rows.length + 1);
    this.#keepCursor();
    this.#paint();
  }

  #drawHead(columns, faults) {
    const cells = columns.map((column) => {
      const spec = this.specs.get(column.key);
      const cell = element("th", { scope: "col", "data-column": column.key, "data-part": column.part });
      const words = [spec.label, ...(spec.asks ? [" ", element("small", {}, spec.asks)] : [])];
      const isFixed = ["id", "note"].includes(column.part);
      cell.append(...(isFixed ? words : [element("button", { type: "button", tabindex: "-1", "data-head": true, title: "Change this column" }, ...words)]));
      markFaults(cell, faults.get(column.key));
      return cell;
    });
    this.head.replaceChildren(element("tr", { "aria-rowindex": 1 }, element("th", { scope: "col" }, element("span", { class: "visually-hidden" }, "Number")), ...cells));
    this.table.setAttribute("aria-colcount", cells.length + 1);
    this.table.style.setProperty("--asked", columns.filter(({ part }) => part === "if" || part === "then").length);
  }

  #drawRows(state, inSight, faults) {
    this.#dropRows(inSight);
    let place = this.body.firstElementChild;
    state.rows.forEach((row, index) => {
      if (!inSight.has(row.key)) return;
      const line = this.#line(row, faults.get(row.key) ?? NONE);
      number(line, index + 1);
      if (line === place) place = place.nextElementSibling;
      else this.body.insertBefore(line, place);
    });
  }

  #dropRows(inSight) {
    for (const [key, { line }] of this.lines) {
      if (inSight.has(key)) continue;
      line.remove();
      this.lines.delete(key);
    }
  }

  #line(row, faults) {
    const kept = this.lines.get(row.key);
    const signature = JSON.stringify([...faults]);
    if (kept?.row === row && kept.signature === signature) return kept.line;
    const line = kept?.line ?? this.#emptyLine(row.key);
    for (const cell of line.children) {
      const { column } = cell.dataset;
      if (!column) continue;
      const same = kept && kept.row.cells[column] === row.cells[column] && kept.signature === signature;
      if (!same) this.#fill(cell, row.cells[column], faults.get(column));
    }
    this.lines.set(row.key, { line, row, signature });
    return line;
  }

  #emptyLine(key) {
    const cells = this.columns.map((column) => element("td", { role: "gridcell", tabindex: "-1", "data-column": column.key, "data-part": column.part }));
    return element("tr", { "data-key": key }, element("th", { scope: "row", draggable: "true", title: "Drag to move" }), ...cells);
  }

  #fill(cell, value, faults) {
    const spec = this.specs.get(cell.dataset.column);
    cell.replaceChildren(element("span", {}, shown(this.data, spec, value)));
    cell.toggleAttribute("data-any", spec.any && value === ANY);
    markFaults(cell, faults);
  }

  /* Where the cursor's row is gone, it stays in the table. */
  #keepCursor() {
    const [row, column] = [this.keys.includes(this.at?.row) || this.at?.row === HEAD, this.columnKeys.includes(this.at?.column)];
    if (!row || !column) this.at = { row: row ? this.at.row : (this.keys[0] ?? HEAD), column: column ? this.at.column : this.#firstCell() };
    if (!this.anchor || !this.keys.includes(this.anchor.row) || !this.columnKeys.includes(this.anchor.column)) this.anchor = this.at;
  }

  #firstCell() {
    return (this.columns.find(({ part }) => part === "if" || part === "then") ?? this.columns[0]).key;
  }

  /* Put the cursor on a cell; with `extend` everything between it and where the selection began is selected. */
  go(at, { extend = false, focus = true } = {}) {
    this.at = at;
    if (!extend || at.row === HEAD) this.anchor = at;
    this.#paint();
    if (focus) this.focus();
  }

  select(rows, columns) {
    this.anchor = { row: rows[0], column: columns[0] };
    this.go({ row: rows.at(-1), column: columns.at(-1) }, { extend: true });
  }

  /* Return the keys of the rows and columns selected; of the cursor's cell alone where nothing more is. */
  range() {
    if (this.at.row === HEAD) return { rows: [], columns: [this.at.column] };
    return { rows: between(this.keys, this.anchor.row, this.at.row), columns: between(this.columnKeys, this.anchor.column, this.at.column) };
  }

  cell({ row, column } = this.at) {
    const line = row === HEAD ? this.head.rows[0] : this.lines.get(row)?.line;
    const cell = line?.querySelector(`[data-column="${column}"]`);
    return row === HEAD ? cell?.querySelector("button") : cell;
  }

  focus() {
    this.cell()?.focus();
  }

  #paint() {
    for (const cell of this.table.querySelectorAll('[tabindex="0"], [aria-selected]')) {
      if (cell.tabIndex === 0) cell.tabIndex = -1;
      cell.removeAttribute("aria-selected");
    }
    const { rows, columns } = this.range();
    if (rows.length * columns.length > 1) for (const row of rows) for (const column of columns) this.cell({ row, column }).setAttribute("aria-selected", "true");
    const cell = this.cell();
    if (cell) cell.tabIndex = 0;
  }
}

function number(line, count) {
  const text = String(count);
  if (line.firstElementChild.textContent === text) return;
  line.firstElementChild.textContent = text;
  line.setAttribute("aria-rowindex", count + 1);
}

function markFaults(cell, faults) {
  cell.removeAttribute("aria-invalid");
  cell.removeAttribute("aria-describedby");
  if (!faults) return;
  const said = element("span", { class: "fl-problem", id: uniqueId("fault") }, faults.join(" "));
  cell.append(said);
  cell.setAttribute("aria-invalid", "true");
  cell.setAttribute("aria-describedby", said.id);
}
