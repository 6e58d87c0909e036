/* What fits what, on a small catalog. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allBut, blankLeaf, keyInWords, listsFor, operandsOf, operatorsFor, partsFor, refsFor, usualKey, withField, withOperand, withOperator, withSort } from "../../rules_engine/static/rules_engine/builder/language.js";

const field = (kind, more = {}) => ({ label: kind, group: "All", kind, many: false, parts: [], options: [], ...more });
const operator = (label, kinds, shape, many = false) => ({ label, timeLabel: label, kinds, shape, many });
const data = {
  fields: {
    "lead.state": field("choice", { options: [["FL", "Florida"], ["TX", "Texas"]] }),
    "lead.home": field("choice", { options: [["FL", "Florida"], ["TX", "Texas"]] }),
    "lead.zip": field("text"),
    "lead.age": field("number"),
    "lead.day": field("date"),
    "lead.repeat": field("boolean"),
    "producer.states": field("choice", { many: true, options: [["FL", "Florida"]] }),
    "producer.authorities": field("key", { many: true, parts: ["state", "line"] }),
  },
  operators: {
    eq: operator("is", ["choice", "text", "number", "date", "boolean"], "one"),
    lt: { ...operator("is less than", ["number", "date"], "one"), timeLabel: "is before" },
    between: operator("is between", ["number", "date"], "pair"),
    not_in: operator("is none of", ["choice", "text", "number", "date"], "list"),
    in: operator("is one of", ["choice", "text", "number", "date"], "list"),
    contains: operator("include", ["choice", "key"], "one", true),
    is_known: operator("is known", ["choice", "text", "number", "date", "boolean", "key"], "nothing", null),
    within_days: operator("is within the last … days", ["date"], "days"),
  },
};
data.lists = {
  strict: { name: "Strict states", field: "lead.state" },
  zips: { name: "Zips", field: "lead.zip" },
  gone: { name: "Of a field that is gone", field: "lead.shoe_size" },
};
const names = (name) => operatorsFor(data, data.fields[name]).map(([operatorName]) => operatorName);

test("operators go by kind, and by whether the field holds a set", () => {
  assert.deepEqual(names("lead.zip"), ["eq", "not_in", "in", "is_known"]);
  assert.deepEqual(names("producer.authorities"), ["contains", "is_known"]);
});

test("days are before, numbers are less", () => {
  assert.deepEqual(operatorsFor(data, data.fields["lead.day"])[1], ["lt", "is before"]);
  assert.deepEqual(operatorsFor(data, data.fields["lead.age"])[1], ["lt", "is less than"]);
});

test("a new condition asks nothing yet", () => assert.deepEqual(blankLeaf(), { field: "", op: "" }));

test("a field chosen in a new condition brings its first operator", () => {
  assert.deepEqual(withField(data, blankLeaf(), "lead.state"), { field: "lead.state", op: "eq", value: "" });
});

test("another field of the same kind and options keeps operator and value", () => {
  const leaf = { field: "lead.state", op: "in", value: ["FL"] };

  assert.deepEqual(withField(data, leaf, "lead.home"), { field: "lead.home", op: "in", value: ["FL"] });
});

test("a field of another kind keeps the operator where it fits, never the value", () => {
  assert.deepEqual(withField(data, { field: "lead.state", op: "eq", value: "FL" }, "lead.age"), { field: "lead.age", op: "eq", value: "" });
  assert.deepEqual(withField(data, { field: "lead.age", op: "between", value: [1, 2] }, "lead.repeat"), { field: "lead.repeat", op: "eq", value: true });
});

test("a compound key starts with the lead's own parts, and reads as people say it", () => {
  const labelled = { ...data, fields: { ...data.fields, "lead.line": field("choice", { label: "Line" }), "lead.state": field("choice", { label: "State" }) } };

  const chosen = withField(labelled, { field: "lead.zip", op: "eq", value: "33101" }, "producer.authorities");

  assert.deepEqual(chosen, { field: "producer.authorities", op: "contains", key: [{ ref: "lead.state" }, { ref: "lead.line" }] });
  assert.equal(keyInWords(labelled, chosen.key), "the lead’s state and line");
  assert.equal(keyInWords(labelled, [{ ref: "lead.state" }, { value: "LIFE" }]), undefined);
});

test("a part the lead has no fact for is to be written out", () => {
  assert.deepEqual(usualKey(data, { field: "producer.authorities" }), [{ ref: "lead.state" }, { value: "" }]);
});

test("a muted condition stays muted whatever becomes of it", () => {
  const muted = { field: "lead.state", op: "eq", value: "FL", muted: true };

  assert.deepEqual(withOperand(muted, { ref: "lead.home" }), { field: "lead.state", op: "eq", muted: true, ref: "lead.home" });
  assert.equal(withField(data, muted, "lead.age").muted, true);
});

test("named lists are offered to fields alike, where several values are compared", () => {
  assert.deepEqual(listsFor(data, { field: "lead.home", op: "in" }), ["strict"]);
  assert.deepEqual(operandsOf(data, { field: "lead.home", op: "in" }), ["value", "ref", "list"]);
  assert.deepEqual(operandsOf(data, { field: "lead.home", op: "eq" }), ["value", "ref"]);
});

test("a named list stays where the new operator allows it", () => {
  const leaf = withSort(data, { field: "lead.state", op: "in", value: ["FL"] }, "list");

  assert.deepEqual(leaf, { field: "lead.state", op: "in", list: "strict" });
  assert.deepEqual(withOperator(data, leaf, "not_in"), { field: "lead.state", op: "not_in", list: "strict" });
  assert.deepEqual(withOperator(data, leaf, "eq"), { field: "lead.state", op: "eq", value: "" });
});

test("all but these is the opposite operator", () => {
  assert.deepEqual(["in", "not_in", "eq"].map(allBut), ["not_in", "in", undefined]);
});

for (const [from, op, to] of [
  [{ op: "eq", value: 5 }, "in", { op: "in", value: [5] }],
  [{ op: "in", value: [5, 6] }, "eq", { op: "eq", value: 5 }],
  [{ op: "eq", value: 5 }, "between", { op: "between", value: [5, ""] }],
  [{ op: "between", value: [5, 9] }, "lt", { op: "lt", value: 5 }],
  [{ op: "eq", value: 5 }, "is_known", { op: "is_known" }],
  [{ op: "is_known" }, "eq", { op: "eq", value: "" }],
  [{ op: "eq", ref: "lead.other" }, "is_known", { op: "is_known" }],
]) {
  test(`${JSON.stringify(from)} becomes ${JSON.stringify(to)}`, () => {
    assert.deepEqual(withOperator(data, { field: "lead.age", ...from }, op), { field: "lead.age", ...to });
  });
}

test("a number of days is no date", () => {
  const leaf = { field: "lead.day", op: "eq", value: "2026-01-01" };
  const days = withOperator(data, leaf, "within_days");

  assert.deepEqual(days, { field: "lead.day", op: "within_days", value: 30 });
  assert.deepEqual(withOperator(data, days, "eq"), { field: "lead.day", op: "eq", value: "" });
});

test("a comparison with another field stays where the new operator allows it", () => {
  const leaf = { field: "lead.state", op: "eq", ref: "lead.home" };

  assert.deepEqual(withOperator(data, leaf, "eq"), leaf);
  assert.deepEqual(withOperator(data, leaf, "in"), { field: "lead.state", op: "in", value: [] });
});

test("fields are compared with fields alike, sets only by operators on lists", () => {
  assert.deepEqual(refsFor(data, { field: "lead.state", op: "eq" }), ["lead.home", "lead.zip"]);
  assert.deepEqual(refsFor(data, { field: "lead.state", op: "in" }), ["producer.states"]);
  assert.deepEqual(partsFor(data), ["lead.state", "lead.home", "lead.zip"]);
});

test("operands go by shape", () => {
  assert.deepEqual(operandsOf(data, { field: "lead.state", op: "eq" }), ["value", "ref"]);
  assert.deepEqual(operandsOf(data, { field: "lead.age", op: "between" }), ["value"]);
  assert.deepEqual(operandsOf(data, { field: "lead.age", op: "is_known" }), []);
  assert.deepEqual(operandsOf(data, { field: "producer.authorities", op: "contains" }), ["key"]);
});
