/* Rows dragged by their grip. Dropped on the upper half of a row they stand before it, on the lower half after it, on the
 * head of a group inside it. Whoever drags nothing has the buttons and the keys.
 */
const TYPE = "application/x-fairlead-row";

/* `drop(id, target, where)` gets the ids of two rows of this list, and before, after or inside. */
export function draggable(list, drop) {
  let dragged = null;
  let aim = null;

  function point(next) {
    if (aim) delete aim.row.dataset.drop;
    aim = next;
    if (aim) aim.row.dataset.drop = aim.where;
  }

  list.addEventListener("dragstart", (event) => {
    const row = event.target.closest("[data-grip]") && event.target.closest("[data-row]");
    if (!row) return;
    dragged = row;
    event.dataTransfer.setData(TYPE, row.dataset.id);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 16, 16);
    row.dataset.dragged = "";
  });
  list.addEventListener("dragover", (event) => {
    const row = dragged && event.target.closest("[data-row]");
    if (!row || dragged.contains(row)) return point(null);
    event.preventDefault();
    return point({ row, where: where(row, event) });
  });
  list.addEventListener("drop", (event) => {
    if (!dragged || !aim) return;
    event.preventDefault();
    const moved = [Number(dragged.dataset.id), Number(aim.row.dataset.id), aim.where];
    finish();
    drop(...moved);
  });
  list.addEventListener("dragend", finish);

  function finish() {
    if (dragged) delete dragged.dataset.dragged;
    dragged = null;
    point(null);
  }
}

function where(row, { clientY, target }) {
  const head = row.querySelector("[data-body]");
  if (row.dataset.row === "group" && head.contains(target)) return "inside";
  const { top, height } = row.getBoundingClientRect();
  return clientY < top + height / 2 ? "before" : "after";
}
