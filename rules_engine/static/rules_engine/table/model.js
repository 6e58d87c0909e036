/* A decision table as columns and rows, each with a key of its own. Pure: no DOM. Nothing is changed in place: what an edit
 * leaves alone stays the same object, so whoever draws it compares by identity.
 *
 * state: { hit, columns: [{ key, part: "id"|"if"|"then"|"note", … }], rows: [{ key, cells: { [column key]: value }, more }] }
 */
export const ANY = "-";
export const NOTES = ["comment", "source", "verified_on"];
const OF_CITATION = ["source", "verified_on"];

let lastKey = 0;
const newKey = (stem) => {
  lastKey += 1;
  return `${stem}${lastKey}`;
};

/* Read the `table` of a rule document; a TypeError says that the grid cannot show it. */
export function read(table) {
  if (!table || !["inputs", "outputs", "rows"].every((part) => Array.isArray(table[part]))) throw new TypeError("A table has inputs, outputs and rows.");
  const inputs = table.inputs.map((given) => inputColumn(object(given)));
  const outputs = table.outputs.map((given) => outputColumn(typeof given === "string" ? given : object(given)));
  const columns = [{ key: "id", part: "id", name: "id" }, ...inputs, ...outputs, ...NOTES.map((name) => ({ key: name, part: "note", name }))];
  return { hit: table.hit, columns, rows: table.rows.map((row) => readRow(object(row), inputs, outputs)) };
}

function object(given) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new TypeError("Inputs and rows are objects.");
  return given;
}

export const inputColumn = (given) => ({ key: newKey("c"), part: "if", given });

/* An output is the name of what a rule does, or, in requirements, a field and an operator as inputs are. */
export const outputColumn = (given) => ({ key: newKey("c"), part: "then", given });

function readRow(given, inputs, outputs) {
  const { id, if: ifs = [], then = [], ...more } = given;
  if (!Array.isArray(ifs) || !Array.isArray(then) || ifs.length !== inputs.length || then.length !== outputs.length) throw new TypeError("A row has one cell for each column.");
  const cells = { id };
  inputs.forEach(({ key }, index) => { cells[key] = ifs[index]; });
  outputs.forEach(({ key }, index) => { cells[key] = then[index]; });
  cells.comment = more.comment;
  for (const name of OF_CITATION) cells[name] = more.citation?.[name];
  return { key: newKey("r"), cells, more };
}

/* Write the `table` of a rule document. */
export function write({ hit, columns, rows }) {
  const [inputs, outputs] = ["if", "then"].map((part) => columns.filter((column) => column.part === part));
  return { inputs: inputs.map(({ given }) => given), outputs: outputs.map(({ given }) => given), hit, rows: rows.map((row) => writeRow(row, inputs, outputs)) };
}

function writeRow({ cells, more }, inputs, outputs) {
  const row = { id: cells.id, ...more, if: inputs.map(({ key }) => cells[key]), then: outputs.map(({ key }) => cells[key]) };
  put(row, "comment", cells.comment);
  const citation = { ...more.citation };
  for (const name of OF_CITATION) put(citation, name, cells[name]);
  put(row, "citation", Object.keys(citation).length ? citation : undefined);
  return row;
}

function put(holder, name, value) {
  if (value === undefined) delete holder[name];
  else holder[name] = value;
}

/* What a cell holds before anybody has been to it. */
export const blank = ({ part }) => (part === "if" || part === "then" ? ANY : undefined);

const rowAt = ({ rows }, key) => rows.findIndex((row) => row.key === key);

/* Return the state with these cells set: [row key, column key, value] each. */
export function set(state, changes) {
  const byRow = new Map();
  for (const [row, column, value] of changes) byRow.set(row, [...(byRow.get(row) ?? []), [column, value]]);
  const rows = state.rows.map((row) => {
    const news = (byRow.get(row.key) ?? []).filter(([column, value]) => JSON.stringify(row.cells[column]) !== JSON.stringify(value));
    return news.length ? { ...row, cells: { ...row.cells, ...Object.fromEntries(news) } } : row;
  });
  return rows.some((row, index) => row !== state.rows[index]) ? { ...state, rows } : state;
}

/* Return the next free id of the form row-7. */
function freeId(rows) {
  const taken = new Set(rows.map((row) => row.cells.id));
  let number = rows.length + 1;
  while (taken.has(`row-${number}`)) number += 1;
  return `row-${number}`;
}

/* Add an empty row below the one of that key, at the end where there is none. Returns the state and the new row's key. */
export function addRow(state, below) {
  const cells = Object.fromEntries(state.columns.map((column) => [column.key, blank(column)]));
  const row = { key: newKey("r"), cells: { ...cells, id: freeId(state.rows) }, more: {} };
  const at = rowAt(state, below);
  return [{ ...state, rows: state.rows.toSpliced(at < 0 ? state.rows.length : at + 1, 0, row) }, row.key];
}

/* Copy rows below the last of them. Returns the state and the first copy's key. */
export function duplicateRows(state, keys) {
  const rows = [...state.rows];
  const copies = state.rows.filter(({ key }) => keys.includes(key)).map((row) => {
    const copy = { ...row, key: newKey("r"), cells: { ...row.cells, id: freeId(rows) } };
    rows.push(copy);
    return copy;
  });
  const at = Math.max(...keys.map((key) => rowAt(state, key)));
  return [{ ...state, rows: state.rows.toSpliced(at + 1, 0, ...copies) }, copies[0].key];
}

/* Returns the state and the key of the row that takes the place of the first, undefined where no row is left. */
export function removeRows(state, keys) {
  const at = Math.min(...keys.map((key) => rowAt(state, key)));
  const rows = state.rows.filter(({ key }) => !keys.includes(key));
  return [{ ...state, rows }, rows[Math.min(at, rows.length - 1)]?.key];
}

/* Move rows that stand together past a neighbour: it goes to their other side. */
export function moveRows(state, keys, neighbour) {
  const places = keys.map((key) => rowAt(state, key));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  return moveRow(state, neighbour, rowAt(state, neighbour) < first ? last : first);
}

/* Put one row at an index, as counted without it. */
export function moveRow(state, key, index) {
  const at = rowAt(state, key);
  if (at < 0 || at === index) return state;
  return { ...state, rows: state.rows.toSpliced(at, 1).toSpliced(index, 0, state.rows[at]) };
}

/* Add a column as the last of its part; `value` is what its cells hold at first. */
export function addColumn(state, column, value = blank(column)) {
  const at = state.columns.findLastIndex(({ part }) => part === column.part || (column.part === "then" && part === "if") || part === "id");
  return filled({ ...state, columns: state.columns.toSpliced(at + 1, 0, column) }, column.key, () => value);
}

/* Put another input in a column's place; `convert(value)` makes its cells fit. */
export function changeColumn(state, key, given, convert) {
  const columns = state.columns.map((column) => (column.key === key ? { ...column, given } : column));
  return filled({ ...state, columns }, key, convert);
}

export function removeColumn(state, key) {
  const rows = state.rows.map((row) => {
    const { [key]: _gone, ...cells } = row.cells;
    return { ...row, cells };
  });
  return { ...state, columns: state.columns.filter((column) => column.key !== key), rows };
}

/* Move a column among those of its part. */
export function moveColumn(state, key, by) {
  const at = state.columns.findIndex((column) => column.key === key);
  const [column, neighbour] = [state.columns[at], state.columns[at + by]];
  if (neighbour?.part !== column.part || column.part === "note") return state;
  return { ...state, columns: state.columns.toSpliced(at, 1).toSpliced(at + by, 0, column) };
}

function filled(state, key, value) {
  return { ...state, rows: state.rows.map((row) => ({ ...row, cells: { ...row.cells, [key]: value(row.cells[key]) } })) };
}
