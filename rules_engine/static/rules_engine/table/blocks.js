/* Blocks of cells: copied out as texts, put in from texts. Pure. `keys` are the rows in sight, in their order. */
import { print, readText, specOf } from "./cells.js";
import { addRow, blank, set } from "./model.js";

/* Return the texts of the cells of these rows and columns. */
export function copyBlock(state, data, rowKeys, columnKeys) {
  const columns = columnKeys.map((key) => state.columns.find((column) => column.key === key));
  const specs = columns.map((column) => specOf(data, column));
  return state.rows.filter(({ key }) => rowKeys.includes(key)).map(({ cells }) => columns.map(({ key }, index) => print(specs[index], cells[key])));
}

/* Put texts in from a cell on, down and to the right; rows that do not fit are added. A single text goes
 * into every selected cell.
 * Returns { state, rows: [keys written to], columns: [keys written to], cut: how many columns found no place }.
 */
export function pasteBlock(state, data, block, { rows, columns }, keys) {
  const single = block.length === 1 && block[0].length === 1;
  const from = state.columns.findIndex(({ key }) => key === columns[0]);
  const width = single ? columns.length : Math.max(...block.map((line) => line.length));
  const targets = state.columns.slice(from, from + width);
  const [grown, rowKeys] = single ? [state, rows] : rowsFor(state, keys.slice(keys.indexOf(rows[0])), block.length);
  const changes = rowKeys.flatMap((row, line) =>
    targets.flatMap((column, at) => {
      const text = single ? block[0][0] : block[line][at];
      const keeps = text === undefined || (column.part === "id" && !text.trim());
      return keeps ? [] : [[row, column.key, readText(specOf(data, column), text, blank(column))]];
    }),
  );
  return { state: set(grown, changes), rows: rowKeys, columns: targets.map(({ key }) => key), cut: width - targets.length };
}

function rowsFor(state, keys, count) {
  const taken = keys.slice(0, count);
  let grown = state;
  while (taken.length < count) {
    const [next, key] = addRow(grown);
    grown = next;
    taken.push(key);
  }
  return [grown, taken];
}

/* Empty the cells of these rows and columns; ids stay, for receipts name rows by them. */
export function clearBlock(state, rowKeys, columnKeys) {
  const columns = state.columns.filter(({ key, part }) => columnKeys.includes(key) && part !== "id");
  return set(state, rowKeys.flatMap((row) => columns.map((column) => [row, column.key, blank(column)])));
}

/* Return the keys of the rows that hold every word somewhere in what people read of them. */
export function matching(state, texts, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return state.rows.map(({ key }) => key);
  return state.rows.filter((row) => {
    const text = texts(row).toLowerCase();
    return wanted.every((word) => text.includes(word));
  }).map(({ key }) => key);
}
