/* Places of the rule that inputs are bound to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { get, put } from "../../rules_engine/static/rules_engine/builder/parts.js";

test("a place inside an object makes and unmakes the object", () => {
  const body = { name: "A" };
  put(body, "/citation/source", "Bulletin 7");
  assert.deepEqual(body, { name: "A", citation: { source: "Bulletin 7" } });
  put(body, "/citation/source", undefined);

  assert.deepEqual(body, { name: "A" });
});

test("what stands beside a place stays", () => {
  const body = { route: { pool: "a", tier: "hot" } };
  put(body, "/route/pool", "b");

  assert.deepEqual(body, { route: { pool: "b", tier: "hot" } });
});

test("a place that is not there is undefined", () => assert.equal(get({}, "/citation/source"), undefined));
