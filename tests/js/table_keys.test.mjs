/* Keys, the cursor, and the places of problems. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HEAD, actOf, between, moved, tabbed } from "../../rules_engine/static/rules_engine/table/keys.js";
import { read } from "../../rules_engine/static/rules_engine/table/model.js";
import { sortProblems } from "../../rules_engine/static/rules_engine/table/places.js";

for (const [name, event, found] of [
  ["an arrow", { key: "ArrowDown" }, { act: "go", by: [1, 0], extend: false }],
  ["an arrow with shift", { key: "ArrowLeft", shiftKey: true }, { act: "go", by: [0, -1], extend: true }],
  ["Control and Home", { key: "Home", ctrlKey: true }, { act: "go", by: [-Infinity, -Infinity], extend: false }],
  ["Command and Z", { key: "z", metaKey: true }, { act: "undo" }],
  ["Control, Shift and Z", { key: "Z", ctrlKey: true, shiftKey: true }, { act: "redo" }],
  ["Alt and an arrow", { key: "ArrowUp", altKey: true }, { act: "rowUp" }],
  ["a letter", { key: "f" }, { act: "type" }],
  ["Control and C", { key: "c", ctrlKey: true }, null],
  ["Alt and a letter", { key: "x", altKey: true }, null],
  ["Tab", { key: "Tab" }, null],
  ["F5", { key: "F5" }, null],
]) {
  test(`${name} ${found ? `does ${found.act}` : "is none of the grid's"}`, () => assert.deepEqual(actOf(event), found));
}

const [rows, columns] = [["r1", "r2", "r3"], ["a", "b", "c"]];
const at = { row: "r2", column: "b" };

test("the cursor stops at the edges, and above the first row at the head", () => {
  assert.deepEqual(moved(at, [9, 9], rows, columns), { row: "r3", column: "c" });
  assert.deepEqual(moved(at, [-2, 0], rows, columns), { row: HEAD, column: "b" });
  assert.deepEqual(moved(at, [-Infinity, -Infinity], rows, columns), { row: "r1", column: "a" });
  assert.deepEqual(moved({ row: HEAD, column: "a" }, [1, 0], rows, columns), { row: "r1", column: "a" });
});

test("Tab goes on through the rows and stops at the last cell", () => {
  assert.deepEqual(tabbed({ row: "r1", column: "c" }, 1, rows, columns), { row: "r2", column: "a" });
  assert.deepEqual(tabbed({ row: "r1", column: "a" }, -1, rows, columns), { row: "r1", column: "a" });
});

test("a range runs either way", () => {
  assert.deepEqual(between(rows, "r3", "r2"), ["r2", "r3"]);
  assert.deepEqual(between(rows, "r1", "r1"), ["r1"]);
});

test("problems lie on their cell, their column, or elsewhere", () => {
  const state = read({ inputs: [{ field: "lead.state", op: "in" }], outputs: ["effect"], hit: "first", rows: [{ id: "a", if: ["-"], then: ["-"] }, { id: "b", if: ["-"], then: ["-"] }] });
  const [, asked, said] = state.columns.map(({ key }) => key);
  const pointers = ["/table/rows/1/if/0/2", "/table/rows/1/then/0", "/table/rows/0", "/table/rows/0/citation/verified_on", "/table/inputs/0/field", "/table/outputs/0", "/table/rows/7/id", "/table/hit", "/name"];

  const sorted = sortProblems(state, pointers.map((pointer) => ({ pointer, detail: pointer })));

  assert.deepEqual(sorted.cells.get(state.rows[1].key), new Map([[asked, [pointers[0]]], [said, [pointers[1]]]]));
  assert.deepEqual(sorted.cells.get(state.rows[0].key), new Map([["id", [pointers[2]]], ["verified_on", [pointers[3]]]]));
  assert.deepEqual(sorted.columns, new Map([[asked, [pointers[4]]], [said, [pointers[5]]]]));
  assert.deepEqual(sorted.placed.map(({ place }) => place.column), [asked, said, "id", "verified_on", asked, said]);
  assert.deepEqual(sorted.elsewhere.map(({ pointer }) => pointer), pointers.slice(6));
});
