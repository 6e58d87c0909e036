/* The rule as the form holds it, and as JSON says it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { get, idOf, put, read, withKind, write } from "../../rules_engine/static/rules_engine/builder/document.js";

const leaf = { field: "producer.certifications", op: "contains", value: "ANNUITY_BI" };
const RULE = { id: "a", name: "A", when: { all: [leaf] }, require: leaf, reason: "TRAINING_MISSING", citation: { source: "Bulletin 7" }, examples: [{ facts: {}, at: "2026-06-01T12:00:00Z", expect: "BLOCK" }] };

test("a rule is written as it was read, keys in their order", () => {
  assert.equal(JSON.stringify(write(read(RULE, "eligibility"))), JSON.stringify(RULE));
});

for (const junk of [null, [], 7, { table: {} }, { examples: {} }, { examples: [1] }, { examples: [{ facts: [] }] }, { when: 7 }]) {
  test(`${JSON.stringify(junk)} is nothing the form can show`, () => assert.throws(() => read(junk, "gate"), TypeError));
}

test("without conditions and examples their keys are left out, what is asked of producers never", () => {
  const { when: _when, examples: _examples, ...rest } = RULE;

  assert.deepEqual(write(read(rest, "eligibility")), rest);
  assert.deepEqual(write(read({ id: "a" }, "eligibility")), { id: "a", require: { all: [] } });
  assert.deepEqual(write(read({ id: "a" }, "gate")), { id: "a" });
});

test("a requirement becomes a preference", () => {
  const preferred = write(withKind(read(RULE, "eligibility"), "prefer"));

  assert.deepEqual(preferred.prefer, leaf);
  assert.ok(!("require" in preferred));
});

test("a place inside an object makes and unmakes the object, and leaves the first as it was", () => {
  const body = { name: "A" };
  const cited = put(body, "/citation/source", "Bulletin 7");

  assert.deepEqual(cited, { name: "A", citation: { source: "Bulletin 7" } });
  assert.deepEqual(put(cited, "/citation/source", undefined), { name: "A" });
  assert.deepEqual(body, { name: "A" });
});

test("what stands beside a place stays", () => {
  assert.deepEqual(put({ route: { pool: "a", tier: "hot" } }, "/route/pool", "b"), { route: { pool: "b", tier: "hot" } });
});

test("a place that is not there is undefined", () => assert.equal(get({}, "/citation/source"), undefined));

test("an id is made of a name", () => {
  assert.equal(idOf("  Florida: annuities need training! "), "florida-annuities-need-training");
  assert.equal(idOf("x".repeat(90)).length, 60);
});
