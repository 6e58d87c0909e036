/* The grid's model: what is read is written again, and every edit leaves a table that can be written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as model from "../../rules_engine/static/rules_engine/table/model.js";

const row = (id, states, effect, more = {}) => ({ id, if: [states, "-"], then: [effect], ...more });
const CITED = { comment: "Bulletin 24-07", citation: { source: "Fla. Stat. 627", verified_on: "2026-10-02", confidence: "high" } };
const TABLE = {
  inputs: [{ field: "lead.state", op: "in" }, { field: "lead.age", op: "between" }],
  outputs: ["effect"],
  hit: "first",
  rows: [row("fl", ["FL"], "reject", CITED), row("tx", ["TX"], "warn"), row("any", "-", "review")],
};
const state = model.read(TABLE);
const [fl, tx, any] = state.rows.map(({ key }) => key);
const [, states, ages, effect] = state.columns.map(({ key }) => key);
const ids = (changed) => model.write(changed).rows.map(({ id }) => id);

for (const [name, table] of Object.entries({
  "a table with notes": TABLE,
  "requirements as columns": { ...TABLE, outputs: [{ field: "producer.authorities", op: "contains" }], rows: [row("fl", { list: "strict" }, { key: [{ ref: "lead.state" }] })] },
  "a table without rows": { ...TABLE, rows: [] },
})) {
  test(`${name} is written as it was read`, () => assert.deepEqual(model.write(model.read(table)), table));
}

for (const junk of [undefined, null, {}, { ...TABLE, rows: [7] }, { ...TABLE, inputs: ["lead.state"] }, { ...TABLE, rows: [{ id: "x", if: ["-"], then: ["warn"] }] }, { ...TABLE, outputs: [7] }]) {
  test(`${JSON.stringify(junk)?.slice(0, 60)} is no table`, () => assert.throws(() => model.read(junk), TypeError));
}

test("setting cells leaves every other row the same object", () => {
  const changed = model.set(state, [[tx, states, ["TX", "NM"]], [tx, "comment", "New"]]);

  assert.deepEqual(model.write(changed).rows[1], { ...row("tx", ["TX", "NM"], "warn"), comment: "New" });
  assert.equal(changed.rows[0], state.rows[0]);
  assert.deepEqual(model.write(state), TABLE);
});

test("setting what is there already is no new state", () => assert.equal(model.set(state, [[fl, states, ["FL"]]]), state));

test("a note emptied is no longer written, nor a citation left empty", () => {
  const one = model.read({ ...TABLE, rows: [row("fl", ["FL"], "reject", { comment: "x", citation: { source: "y" } })] });
  const changed = model.set(one, [[one.rows[0].key, "comment", undefined], [one.rows[0].key, "source", undefined]]);

  assert.deepEqual(model.write(changed).rows, [row("fl", ["FL"], "reject")]);
});

test("a new row comes below, open to any, with an id of its own", () => {
  const [changed, key] = model.addRow(state, fl);

  assert.deepEqual(ids(changed), ["fl", "row-4", "tx", "any"]);
  assert.equal(changed.rows[1].key, key);
  assert.deepEqual(model.write(changed).rows[1], { id: "row-4", if: ["-", "-"], then: ["-"] });
});

test("ids of new rows are never taken", () => {
  const [once] = model.addRow(state);
  const [moved] = model.removeRows(once, [fl]);
  const [twice] = model.addRow(moved);

  assert.deepEqual(ids(twice), ["tx", "any", "row-4", "row-5"]);
});

test("copies stand below the last of the rows copied, with ids of their own", () => {
  const [changed, key] = model.duplicateRows(state, [fl, tx]);

  assert.deepEqual(ids(changed), ["fl", "tx", "row-4", "row-5", "any"]);
  assert.equal(changed.rows[2].key, key);
  assert.deepEqual(model.write(changed).rows[2], { ...TABLE.rows[0], id: "row-4" });
});

test("removing gives the cursor to the row that follows, at the end to the last one left", () => {
  assert.equal(model.removeRows(state, [fl])[1], tx);
  assert.equal(model.removeRows(state, [any])[1], tx);
  assert.equal(model.removeRows(state, [fl, tx, any])[1], undefined);
});

test("rows that stand together move past their neighbour", () => {
  assert.deepEqual(ids(model.moveRows(state, [fl, tx], any)), ["any", "fl", "tx"]);
  assert.deepEqual(ids(model.moveRows(state, [tx, any], fl)), ["tx", "any", "fl"]);
});

test("a row goes to a place counted without it", () => assert.deepEqual(ids(model.moveRow(state, fl, 2)), ["tx", "any", "fl"]));

test("a column of each part comes after the last of its part", () => {
  const asked = model.addColumn(state, model.inputColumn({ field: "lead.zip", op: "eq" }));
  const said = model.write(model.addColumn(asked, model.outputColumn("reason")));

  assert.deepEqual(said.inputs.map(({ field }) => field), ["lead.state", "lead.age", "lead.zip"]);
  assert.deepEqual(said.outputs, ["effect", "reason"]);
  assert.deepEqual(said.rows[0], { ...TABLE.rows[0], if: [["FL"], "-", "-"], then: ["reject", "-"] });
});

test("a first column has a place in an empty table", () => {
  const empty = model.read({ inputs: [], outputs: [], hit: "first", rows: [] });
  const changed = model.addColumn(model.addColumn(empty, model.outputColumn("effect")), model.inputColumn({ field: "lead.zip", op: "eq" }));

  assert.deepEqual(changed.columns.map(({ part }) => part), ["id", "if", "then", "note", "note", "note"]);
});

test("columns take their cells along when they move, and stay within their part", () => {
  const changed = model.write(model.moveColumn(state, states, 1));

  assert.deepEqual(changed.inputs.map(({ field }) => field), ["lead.age", "lead.state"]);
  assert.deepEqual(changed.rows[0].if, ["-", ["FL"]]);
  assert.equal(model.moveColumn(state, states, -1), state);
  assert.equal(model.moveColumn(state, ages, 1), state);
  assert.equal(model.moveColumn(state, effect, 1), state);
});

test("a column gone takes its cells with it", () => {
  const changed = model.write(model.removeColumn(state, states));

  assert.deepEqual(changed.inputs, [TABLE.inputs[1]]);
  assert.deepEqual(changed.rows[1], { id: "tx", if: ["-"], then: ["warn"] });
});

test("a column on another field converts its cells", () => {
  const changed = model.changeColumn(state, states, { field: "lead.state", op: "eq" }, (value) => (Array.isArray(value) ? value[0] : value));

  assert.deepEqual(model.write(changed).rows.map((each) => each.if[0]), ["FL", "TX", "-"]);
});
