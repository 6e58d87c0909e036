/* Where a problem's JSON pointer lies in the grid. Pure. */
/* Return { row, column } by key, either undefined where the pointer names only the other; null outside the grid. */
export function placeOf({ columns, rows }, pointer) {
  const [, table, part, index, side, cell] = pointer.split("/");
  const note = side === "citation" ? (cell ?? "source") : side;
  if (table !== "table" || !/^\d+$/.test(index ?? "")) return null;
  const column = (name, at) => columns.filter((each) => each.part === name)[at]?.key;
  if (part === "inputs") return found(undefined, column("if", index));
  if (part === "outputs") return found(undefined, column("then", index));
  if (part !== "rows" || !rows[index]) return null;
  const named = ["if", "then"].includes(side) ? column(side, cell) : columns.find(({ name }) => name !== undefined && name === note)?.key;
  return found(rows[index].key, named ?? "id");
}

function found(row, column) {
  return row === undefined && column === undefined ? null : { row, column };
}

/* Sort problems into those of cells, of columns, and those the grid has no place for; `placed` are all that have one. */
export function sortProblems(state, problems) {
  const sorted = { cells: new Map(), columns: new Map(), placed: [], elsewhere: [] };
  for (const problem of problems) {
    const place = placeOf(state, problem.pointer);
    if (!place) {
      sorted.elsewhere.push(problem);
      continue;
    }
    sorted.placed.push({ problem, place });
    if (place.row === undefined) note(sorted.columns, place.column, problem.detail);
    else {
      if (!sorted.cells.has(place.row)) sorted.cells.set(place.row, new Map());
      note(sorted.cells.get(place.row), place.column, problem.detail);
    }
  }
  return sorted;
}

function note(map, key, text) {
  map.set(key, [...(map.get(key) ?? []), text]);
}
