/* How a clock reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, span } from "../../static/fairlead/routing/countdown.js";

test("a length of time is read to the second, then to the hour", () => {
  assert.deepEqual([0, 9, 247, 3847, 176400].map(span), ["0:00", "0:09", "4:07", "1:04:07", "2 days 1 h"]);
});

test("a clock turns amber in the last five minutes and red when it is over", () => {
  const due = Date.parse("2026-11-21T14:05:00Z");
  const at = (seconds) => clock(due, due - seconds * 1000);
  assert.deepEqual(at(301), { text: "5:01 left", tone: "info" });
  assert.deepEqual(at(300), { text: "5:00 left", tone: "warn" });
  assert.deepEqual(at(0), { text: "Overdue by 0:00", tone: "bad" });
  assert.deepEqual(at(-61), { text: "Overdue by 1:01", tone: "bad" });
});
