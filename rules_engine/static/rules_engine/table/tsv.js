/* A block of cells as spreadsheets put it on the clipboard: tabs between cells, a line a row, quotes around what needs them. */
const NEEDS_QUOTES = /["\t\r\n]/;

export function printBlock(block) {
  return block.map((row) => row.map((text) => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join("\t")).join("\n");
}

/* A quote opens a quoted cell only at its start: inches and the like stay text. */
const CELL = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/y;

export function readBlock(text) {
  const block = [[]];
  let at = 0;
  while (at < text.length) {
    CELL.lastIndex = at;
    const found = CELL.exec(text) ?? unquoted(text, at);
    const [whole, quoted, plain, end] = found;
    block.at(-1).push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim());
    at += whole.length;
    if (end === "\t" && at === text.length) block.at(-1).push("");
    else if (end !== "\t" && at < text.length) block.push([]);
  }
  return block;
}

/* A cell that starts with a quote and does not close it: all of it is text. */
function unquoted(text, at) {
  const [whole, plain, end] = /^([^\t\r\n]*)(\t|\r\n|\r|\n|$)/.exec(text.slice(at));
  return [whole, undefined, plain, end];
}
