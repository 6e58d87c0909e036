/* What a key does in the grid, as a spreadsheet has it, and where the cursor goes. Pure: no DOM. */
export const HEAD = "head";
const PAGE = 10;
const FAR = Infinity;

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-PAGE, 0], PageDown: [PAGE, 0], Home: [0, -FAR], End: [0, FAR] };
const WITH_CONTROL = { Home: [-FAR, -FAR], End: [FAR, FAR], ArrowUp: [-FAR, 0], ArrowDown: [FAR, 0], ArrowLeft: [0, -FAR], ArrowRight: [0, FAR] };
const ALT_ACTS = { ArrowUp: "rowUp", ArrowDown: "rowDown", ArrowLeft: "columnLeft", ArrowRight: "columnRight", Delete: "removeRows", d: "duplicateRows" };
const CONTROL_ACTS = { Enter: "addRow", z: "undo", y: "redo", a: "selectAll" };
const ACTS = { Enter: "edit", F2: "edit", Delete: "clear", Backspace: "clear", Escape: "deselect" };

/* Return { act } and for a move { by: [rows, columns], extend }, or null where the key is none of the grid's. */
export function actOf({ key, altKey, ctrlKey, metaKey, shiftKey }) {
  const control = ctrlKey || metaKey;
  if (altKey) return named(ALT_ACTS[key] ?? ALT_ACTS[key.toLowerCase()]);
  if (control && shiftKey && key.toLowerCase() === "z") return { act: "redo" };
  if (control && CONTROL_ACTS[key]) return { act: CONTROL_ACTS[key] };
  const by = control ? WITH_CONTROL[key] : MOVES[key];
  if (by) return { act: "go", by, extend: Boolean(shiftKey) };
  if (control) return null;
  if (key === " " && shiftKey) return { act: "selectRow" };
  if (ACTS[key]) return { act: ACTS[key] };
  return key.length === 1 ? { act: "type" } : null;
}

const named = (act) => (act ? { act } : null);

const held = (index, size) => Math.min(Math.max(index, 0), size - 1);

/* Return the cell so many rows and columns away, held at the edges; above the first row stands the head. */
export function moved({ row, column }, [rows, columns], rowKeys, columnKeys) {
  const lines = [HEAD, ...rowKeys];
  const next = held(lines.indexOf(row) + rows, lines.length);
  const top = rows === -FAR && rowKeys.length ? 1 : 0;
  return { row: lines[Math.max(next, top)], column: columnKeys[held(columnKeys.indexOf(column) + columns, columnKeys.length)] };
}

/* Return the cell after (1) or before (-1) this one as Tab goes: on through the row, then the next. */
export function tabbed({ row, column }, by, rowKeys, columnKeys) {
  const cell = rowKeys.indexOf(row) * columnKeys.length + columnKeys.indexOf(column);
  const next = held(cell + by, rowKeys.length * columnKeys.length);
  return { row: rowKeys[Math.floor(next / columnKeys.length)], column: columnKeys[next % columnKeys.length] };
}

/* Return the keys between two, both included. */
export function between(keys, one, other) {
  const [first, last] = [keys.indexOf(one), keys.indexOf(other)].toSorted((a, b) => a - b);
  return first < 0 ? keys.slice(last, last + 1) : keys.slice(first, last + 1);
}
