/* The examples of a rule, and values as text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { blankExample, blankFact, factsAsked, inserted, renamedFact, replaced, withFact, withoutFact } from "../../rules_engine/static/rules_engine/builder/cases.js";
import { joined, readText, shownText, splitText } from "../../rules_engine/static/rules_engine/builder/texts.js";

const example = { facts: { "lead.state": "FL", "lead.age": 70 }, at: "2026-06-01T12:00:00Z", expect: "BLOCK" };

test("a new example is of today, at noon", () => {
  assert.deepEqual(blankExample("ALLOW", new Date("2026-11-21T23:00:00Z")), { facts: {}, at: "2026-11-21T12:00:00Z", expect: "ALLOW" });
});

test("examples are put in, replaced and taken out without touching the list", () => {
  const list = ["a", "b"];

  assert.deepEqual([inserted(list, 1, "x"), replaced(list, 0, "x"), replaced(list, 0)], [["a", "x", "b"], ["x", "b"], ["b"]]);
  assert.deepEqual(list, ["a", "b"]);
});

test("a fact keeps its place when it becomes another", () => {
  assert.deepEqual(Object.entries(renamedFact(example, "lead.state", "lead.zip", "").facts), [["lead.zip", ""], ["lead.age", 70]]);
});

test("facts come and go", () => {
  assert.deepEqual(withoutFact(withFact(example, "lead.zip", "33101"), "lead.state").facts, { "lead.age": 70, "lead.zip": "33101" });
});

test("a fact starts with what its kind can be", () => {
  const blanks = [{ many: true }, { kind: "boolean", options: [] }, { kind: "choice", options: [["FL", "Florida"]] }, { kind: "text", options: [] }].map(blankFact);

  assert.deepEqual(blanks, [[], true, "FL", ""]);
});

test("what a rule asks for is named once each, in the order written", () => {
  const when = { all: [{ field: "lead.state", op: "eq", value: "FL" }, { not: { any: [{ field: "lead.zip", op: "eq", ref: "lead.home" }] } }] };
  const asks = { field: "producer.authorities", op: "contains", key: [{ ref: "lead.state" }, { value: "LIFE" }] };

  assert.deepEqual(factsAsked([when, asks, undefined]), ["lead.state", "lead.zip", "lead.home", "producer.authorities"]);
});

for (const [kind, value, text] of [
  ["number", 5, "5"],
  ["money", 1200.5, "1200.5"],
  ["text", "5", "5"],
  ["datetime", "2026-06-01T12:00:00Z", "2026-06-01T12:00"],
  ["date", "2026-06-01", "2026-06-01"],
]) {
  test(`${kind} ${value} is shown as ${text}, and read again`, () => {
    assert.equal(shownText(kind, value), text);
    assert.equal(readText(kind, text), value);
  });
}

test("what is no number stays text, for the server to name", () => assert.equal(readText("number", "five"), "five"));

test("several values stand with commas, the parts of a key with slashes", () => {
  const key = { kind: "key", parts: ["state", "line"] };

  assert.equal(joined([["FL", "LIFE"], ["GA", "LIFE"]]), "FL/LIFE, GA/LIFE");
  assert.deepEqual(splitText(key, "FL/LIFE, GA / LIFE,"), [["FL", "LIFE"], ["GA", "LIFE"]]);
  assert.deepEqual(splitText({ kind: "number", parts: [] }, "1, 2"), [1, 2]);
});
