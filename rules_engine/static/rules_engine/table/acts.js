/* What the toolbar and the keys do to a sheet, one act each. */
import { withField, withOperator } from "../builder/language.js";
import { cellOf, leafOf, specOf } from "./cells.js";
import { ANY, addColumn, addRow, changeColumn, duplicateRows, inputColumn, moveColumn, moveRows, outputColumn, removeColumn, removeRows } from "./model.js";
import { clearBlock } from "./blocks.js";
import { HEAD } from "./keys.js";

const counted = (rows, done) => (rows.length === 1 ? `Row ${done}.` : `${rows.length} rows ${done}.`);

export const ACTS = {
  edit: (sheet) => (sheet.grid.at.row === HEAD ? askColumn(sheet, sheet.grid.at.column) : sheet.open(false)),
  type: (sheet) => sheet.grid.at.row !== HEAD && sheet.open(true),
  undo: (sheet) => sheet.go(-1),
  redo: (sheet) => sheet.go(1),
  selectAll: ({ grid }) => grid.keys.length && grid.select(grid.keys, grid.columnKeys),
  selectRow: ({ grid }) => grid.at.row !== HEAD && grid.select([grid.at.row], grid.columnKeys),
  deselect: ({ grid }) => grid.go(grid.at),
  clear(sheet) {
    const { rows, columns } = sheet.grid.range();
    sheet.edit(clearBlock(sheet.state, rows, columns), "Emptied.");
  },
  addRow(sheet) {
    const { grid } = sheet;
    const [state, key] = addRow(sheet.state, grid.range().rows.at(-1));
    const column = state.columns.find(({ part }) => part === "if" || part === "then") ?? state.columns[0];
    sheet.edit(state, "Row added.", { at: { row: key, column: column.key } });
  },
  duplicateRows(sheet) {
    const { rows } = sheet.grid.range();
    if (!rows.length) return;
    const [state, key] = duplicateRows(sheet.state, rows);
    sheet.edit(state, counted(rows, "copied"), { at: { ...sheet.grid.at, row: key } });
  },
  removeRows(sheet) {
    const { rows } = sheet.grid.range();
    if (!rows.length) return;
    const [state, next] = removeRows(sheet.state, rows);
    sheet.edit(state, counted(rows, "removed"), { at: { ...sheet.grid.at, row: next ?? HEAD } });
  },
  rowUp: (sheet) => shift(sheet, -1),
  rowDown: (sheet) => shift(sheet, 1),
  columnLeft: (sheet) => sheet.edit(moveColumn(sheet.state, sheet.grid.at.column, -1), "Column moved left."),
  columnRight: (sheet) => sheet.edit(moveColumn(sheet.state, sheet.grid.at.column, 1), "Column moved right."),
  addInput: (sheet) => ask(sheet, "A column to ask about", inputColumn({})),
  addRequirement: (sheet) => ask(sheet, "What a producer must meet", outputColumn({})),
  addOutput(sheet) {
    const offers = freeOutputs(sheet);
    sheet.columnDialog.open({ heading: "A column to set", column: outputColumn(""), offers, isNew: true, answer: (act, given) => act === "done" && given && added(sheet, outputColumn(given)) });
  },
};

function ask(sheet, heading, column) {
  sheet.columnDialog.open({ heading, column, isNew: true, answer: (act, given) => act === "done" && added(sheet, { ...column, given }) });
}

function shift(sheet, by) {
  const { grid } = sheet;
  const { rows, columns } = grid.range();
  const neighbour = rows.length && grid.keys[grid.keys.indexOf(by < 0 ? rows[0] : rows.at(-1)) + by];
  if (!neighbour) return;
  sheet.edit(moveRows(sheet.state, rows, neighbour), counted(rows, by < 0 ? "moved up" : "moved down"), { select: [rows, columns] });
}

function added(sheet, column) {
  const row = sheet.grid.at.row;
  sheet.edit(addColumn(sheet.state, column), "Column added.", { at: { row, column: column.key } });
}

function freeOutputs({ data, state }) {
  return Object.keys(data.outputs).filter((name) => !state.columns.some((column) => column.part === "then" && column.given === name));
}

function askColumn(sheet, key) {
  const column = sheet.state.columns.find((each) => each.key === key);
  const { label } = specOf(sheet.data, column);
  const answers = {
    done: (chosen) => change(sheet, column, chosen),
    remove: () => sheet.edit(removeColumn(sheet.state, key), "Column removed."),
    left: () => ACTS.columnLeft(sheet),
    right: () => ACTS.columnRight(sheet),
  };
  sheet.columnDialog.open({ heading: `Column ${label}`, column, offers: [], isNew: false, answer: (act, chosen) => answers[act]?.(chosen) });
}

/* Another field or operator keeps the values that fit. */
function change(sheet, { key, given }, chosen) {
  if (chosen.field === given.field && chosen.op === given.op) return;
  const convert = (value) => {
    const leaf = withOperator(sheet.data, withField(sheet.data, leafOf(given, value), chosen.field), chosen.op);
    return value === ANY ? ANY : cellOf(leaf);
  };
  sheet.edit(changeColumn(sheet.state, key, chosen, convert), "Column changed.");
}
