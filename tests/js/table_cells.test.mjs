/* Cells as texts: typed, pasted, copied and read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clearBlock, copyBlock, matching, pasteBlock } from "../../rules_engine/static/rules_engine/table/blocks.js";
import { cellOf, leafOf, print, readText, shown, specOf } from "../../rules_engine/static/rules_engine/table/cells.js";
import { read, write } from "../../rules_engine/static/rules_engine/table/model.js";
import { printBlock, readBlock } from "../../rules_engine/static/rules_engine/table/tsv.js";

const field = (label, kind, more = {}) => ({ label, kind, many: false, parts: [], options: [], ...more });
const operator = (label, shape) => ({ label, timeLabel: label, shape });
const STATES = [["FL", "Florida"], ["NY", "New York"], ["TX", "Texas"]];
const data = {
  fields: {
    "lead.state": field("State", "choice", { options: STATES }),
    "lead.premium": field("Premium", "money"),
    "lead.born": field("Born", "date"),
    "lead.zip": field("ZIP", "text"),
    "lead.repeat": field("Repeat", "boolean"),
    "now.local_time": field("Local time", "time"),
    "producer.authorities": field("Licenses", "key", { many: true, parts: ["state", "line"] }),
  },
  operators: { eq: operator("is", "one"), in: operator("is one of", "list"), between: operator("is between", "pair"), is_known: operator("is known", "nothing"), within_days: operator("in the last N days", "days"), contains_any: operator("include one of", "list"), contains: operator("include", "one") },
  outputs: { effect: field("What happens", "choice", { options: [["reject", "Reject the lead"]] }), add: field("Points", "number"), needs: field("Needs", "text", { many: true }) },
};
const asks = (name, op) => specOf(data, { part: "if", given: { field: name, op } });
const says = (name) => specOf(data, { part: "then", given: name });

for (const [name, spec, text, value] of [
  ["codes and labels in any case", asks("lead.state", "in"), "fl; new york,TX", ["FL", "NY", "TX"]],
  ["a value named twice", asks("lead.state", "in"), "FL, Florida", ["FL"]],
  ["a state nobody knows", asks("lead.state", "in"), "Florida, Floridaa", ["FL", "Floridaa"]],
  ["lines within a cell", asks("lead.zip", "in"), "01234\n33101", ["01234", "33101"]],
  ["one choice", asks("lead.state", "eq"), "texas", "TX"],
  ["nothing", asks("lead.state", "in"), "  ", "-"],
  ["any", asks("lead.state", "in"), "Any", "-"],
  ["an amount", asks("lead.premium", "eq"), "$1,200.50", 1200.5],
  ["no amount", asks("lead.premium", "eq"), "12 apples", "12 apples"],
  ["two amounts", asks("lead.premium", "between"), "100..2,000", [100, 2000]],
  ["two amounts in words", asks("lead.premium", "between"), "100 to 200", [100, 200]],
  ["half a pair", asks("lead.premium", "between"), "100", "100"],
  ["two days", asks("lead.born", "between"), "2026-01-01..2026-12-31", ["2026-01-01", "2026-12-31"]],
  ["a day as Americans write it", asks("lead.born", "eq"), "3/9/2026", "2026-03-09"],
  ["a time as Americans say it", asks("now.local_time", "eq"), "8:05 PM", "20:05"],
  ["midnight", asks("now.local_time", "eq"), "12:00 am", "00:00"],
  ["a number of days", asks("lead.born", "within_days"), "30", 30],
  ["yes", asks("lead.repeat", "eq"), "Yes", true],
  ["an answer without operand", asks("lead.born", "is_known"), "no", false],
  ["compound keys", asks("producer.authorities", "contains_any"), "FL/LIFE, TX / HEALTH", [["FL", "LIFE"], ["TX", "HEALTH"]]],
  ["a named list", asks("lead.state", "in"), '{"list":"strict"}', { list: "strict" }],
  ["broken braces", asks("lead.zip", "eq"), "{oops", "{oops"],
  ["an outcome by its label", says("effect"), "Reject the lead", "reject"],
  ["points", says("add"), "-5", -5],
  ["needs", says("needs"), "consent, form", ["consent", "form"]],
  ["no outcome", says("effect"), "", "-"],
]) {
  test(`${name}: ${JSON.stringify(text)}`, () => assert.deepEqual(readText(spec, text, "-"), value));
}

for (const [spec, value] of [
  [asks("lead.state", "in"), ["FL", "NY"]],
  [asks("lead.state", "in"), "-"],
  [asks("lead.state", "in"), { list: "strict" }],
  [asks("lead.premium", "between"), [-5, 2000]],
  [asks("now.local_time", "between"), ["20:00", "08:00"]],
  [asks("lead.repeat", "eq"), false],
  [asks("producer.authorities", "contains_any"), [["FL", "LIFE"]]],
  [says("add"), 0],
  [says("needs"), ["consent"]],
]) {
  test(`${JSON.stringify(value)} is read as it is copied`, () => assert.deepEqual(readText(spec, print(spec, value), "-"), value));
}

for (const [spec, value, words] of [
  [asks("lead.state", "in"), ["FL", "XX"], "Florida, XX"],
  [asks("lead.state", "in"), "-", "any"],
  [asks("lead.state", "in"), { list: "strict" }, "the list strict"],
  [asks("lead.state", "eq"), { ref: "lead.zip" }, "ZIP"],
  [asks("producer.authorities", "contains"), { key: [{ ref: "lead.state" }, { value: "LIFE" }] }, "State / LIFE"],
  [asks("lead.premium", "between"), [1, 2], "1 – 2"],
  [asks("lead.born", "is_known"), true, "yes"],
  [says("effect"), "-", ""],
  [says("effect"), "reject", "Reject the lead"],
  [says("effect"), null, ""],
]) {
  test(`people read ${JSON.stringify(words)}`, () => assert.equal(shown(data, spec, value), words));
}

test("a column on a field that is gone is headed by its name and keeps its cells", () => {
  const spec = asks("lead.gone", "eq");

  assert.deepEqual([spec.label, print(spec, ["a", 1])], ["lead.gone", "a, 1"]);
});

test("a cell is the condition of the builder and back", () => {
  const given = { field: "lead.state", op: "in" };
  for (const cell of [["FL"], { list: "strict" }, { ref: "lead.zip" }, { key: [{ value: "x" }] }, { value: "-" }, true]) assert.deepEqual(cellOf(leafOf(given, cell)), cell);
  assert.equal(cellOf({ ...given, value: [] }), "-");
});

for (const [name, text, block] of [
  ["tabs and lines", "a\tb\nc\td\n", [["a", "b"], ["c", "d"]]],
  ["lines of Windows", "a\tb\r\nc\t\r\n", [["a", "b"], ["c", ""]]],
  ["quotes around tabs, lines and quotes", '"a\tb"\t"say ""hi"""\n"two\nlines"\tx', [["a\tb", 'say "hi"'], ["two\nlines", "x"]]],
  ["a quote inside", '5" pipe\tx', [['5" pipe', "x"]]],
  ["a quote that never ends", '"open\tx', [['"open', "x"]]],
  ["an empty line between", "a\n\nb", [["a"], [""], ["b"]]],
  ["one empty cell at the end", "a\t", [["a", ""]]],
]) {
  test(`${name} make a block`, () => assert.deepEqual(readBlock(text), block));
}

test("a block is read as it was printed", () => {
  const block = [["a", "b\tc"], ['"', "two\nlines"], ["", "x"]];

  assert.deepEqual(readBlock(printBlock(block)), block);
});

const TABLE = { inputs: [{ field: "lead.state", op: "in" }, { field: "lead.premium", op: "between" }], outputs: ["effect"], hit: "first", rows: [
  { id: "a", if: [["FL"], "-"], then: ["reject"], comment: "Closed" },
  { id: "b", if: [["TX"], [1, 2]], then: ["-"] },
] };
const state = read(TABLE);
const rows = state.rows.map(({ key }) => key);
const columns = state.columns.map(({ key }) => key);

test("a block is copied with codes, as the columns stand", () => {
  assert.deepEqual(copyBlock(state, data, rows, columns.slice(0, 5)), [["a", "FL", "-", "reject", "Closed"], ["b", "TX", "1..2", "-", ""]]);
});

test("a block pasted goes down and right, adds the rows that lack, and says what found no place", () => {
  const block = [["NY", "5..6"], ["Texas", ""], ["FL", "7 to 8"]];
  const pasted = pasteBlock(state, data, block, { rows: [rows[1]], columns: [columns[1]] }, rows);

  assert.deepEqual(write(pasted.state).rows.map((each) => [each.id, ...each.if]), [["a", ["FL"], "-"], ["b", ["NY"], [5, 6]], ["row-3", ["TX"], "-"], ["row-4", ["FL"], [7, 8]]]);
  assert.equal(pasted.cut, 0);
  assert.equal(pasteBlock(state, data, [["x", "y", "z"]], { rows: [rows[0]], columns: [columns[5]] }, rows).cut, 1);
});

test("one text goes into every cell selected", () => {
  const pasted = pasteBlock(state, data, [["NY"]], { rows, columns: [columns[1]] }, rows);

  assert.deepEqual(write(pasted.state).rows.map((each) => each.if[0]), [["NY"], ["NY"]]);
});

test("rows out of sight are pasted over by nobody", () => {
  const pasted = pasteBlock(state, data, [["NY"], ["TX"]], { rows: [rows[0]], columns: [columns[1]] }, [rows[0]]);

  assert.deepEqual(write(pasted.state).rows.map((each) => each.if[0]), [["NY"], ["TX"], ["TX"]]);
});

test("an id is pasted over, never emptied", () => {
  const pasted = pasteBlock(state, data, [[""], ["c"]], { rows, columns: [columns[0]] }, rows);

  assert.deepEqual(write(pasted.state).rows.map(({ id }) => id), ["a", "c"]);
  assert.deepEqual(write(clearBlock(state, rows, columns)).rows[0], { id: "a", if: ["-", "-"], then: ["-"] });
});

test("a row matches where it holds every word", () => {
  const texts = ({ cells }) => Object.values(cells).join(" ");

  assert.deepEqual(matching(state, texts, "tx B"), [rows[1]]);
  assert.deepEqual(matching(state, texts, "  "), rows);
});
