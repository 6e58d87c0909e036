/* Copy, cut and paste between the grid and a spreadsheet, as tab-separated text. */
import { clearBlock, copyBlock, pasteBlock } from "./blocks.js";
import { printBlock, readBlock } from "./tsv.js";

export function listenToClipboard(table, sheet) {
  const listen = (name, act) => document.addEventListener(name, (event) => table.contains(document.activeElement) && act(event));
  const copy = (event) => {
    const { rows, columns } = sheet.grid.range();
    if (!rows.length) return null;
    event.preventDefault();
    event.clipboardData.setData("text/plain", printBlock(copyBlock(sheet.state, sheet.data, rows, columns)));
    sheet.say(`${rows.length * columns.length} cells copied.`);
    return { rows, columns };
  };
  listen("copy", copy);
  listen("cut", (event) => {
    const range = copy(event);
    if (range) sheet.edit(clearBlock(sheet.state, range.rows, range.columns), "Cells cut.");
  });
  listen("paste", (event) => {
    const range = sheet.grid.range();
    const block = readBlock(event.clipboardData.getData("text/plain"));
    if (!range.rows.length || !block.length) return;
    event.preventDefault();
    const { state, rows, columns, cut } = pasteBlock(sheet.state, sheet.data, block, range, sheet.grid.keys);
    const said = `${rows.length} rows by ${columns.length} columns pasted.${cut ? ` ${cut} columns found no place and were left out.` : ""}`;
    sheet.edit(state, said, { select: [rows, columns] });
  });
}
