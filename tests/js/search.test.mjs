/* Looking for a field. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { searchFields } from "../../rules_engine/static/rules_engine/builder/search.js";

const fields = {
  "lead.also_states": { label: "Other states involved", group: "Lead", help: "By ZIP or area code." },
  "lead.state": { label: "State", group: "Lead", help: "The state whose license law governs." },
  "lead.zip": { label: "ZIP code", group: "Lead", help: "Five digits." },
  "producer.resident_state": { label: "Home state", group: "Producer", help: "" },
};
const found = (text, names = Object.keys(fields)) => searchFields(fields, names, text).map(({ group, names: inside }) => [group, ...inside]);

test("without a text everything is there, in the catalog's order", () => {
  assert.deepEqual(found(""), [["Lead", "lead.also_states", "lead.state", "lead.zip"], ["Producer", "producer.resident_state"]]);
});

test("a label that is the text comes first", () => {
  assert.deepEqual(found("state"), [["Lead", "lead.state", "lead.also_states"], ["Producer", "producer.resident_state"]]);
});

test("every word must be there, in label, group, help or name", () => {
  assert.deepEqual(found("producer state"), [["Producer", "producer.resident_state"]]);
  assert.deepEqual(found("area code"), [["Lead", "lead.also_states"]]);
  assert.deepEqual(found("shoe size"), []);
});

test("only what is on offer is found", () => assert.deepEqual(found("zip", ["lead.state"]), []));
