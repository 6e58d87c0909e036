/* Rows moved by dragging their number. What the keyboard does with Alt and the arrows, for the mouse. */
export function dragRows(body, drop) {
  let dragged = null;
  let over = null;

  const mark = (line, side) => {
    if (over) delete over.dataset.drop;
    over = line;
    if (line) line.dataset.drop = side;
  };
  const sideOf = (event, line) => {
    const { top, height } = line.getBoundingClientRect();
    return event.clientY < top + height / 2 ? "before" : "after";
  };

  body.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("tr");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.firstElementChild.textContent);
  });
  body.addEventListener("dragover", (event) => {
    const line = event.target.closest("tr");
    if (!dragged || !line) return;
    event.preventDefault();
    mark(line, sideOf(event, line));
  });
  body.addEventListener("drop", (event) => {
    if (!dragged || !over) return;
    event.preventDefault();
    if (over !== dragged) drop(dragged.dataset.key, over.dataset.key, over.dataset.drop);
  });
  body.addEventListener("dragend", () => {
    mark(null);
    dragged = null;
  });
}
