/* Undo and redo. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { History } from "../../rules_engine/static/rules_engine/builder/history.js";

test("a step goes back and forth, and says what it was", () => {
  const history = new History("a");
  history.commit("b", { said: "changed" });

  assert.equal(history.undo(), "changed");
  assert.equal(history.state, "a");
  assert.equal(history.redo(), "changed");
  assert.equal(history.state, "b");
});

test("where there is nothing to undo, nothing happens", () => {
  const history = new History("a");

  assert.deepEqual([history.canUndo, history.canRedo, history.undo(), history.redo()], [false, false, undefined, undefined]);
  assert.equal(history.state, "a");
});

test("what is typed into one input is one step, until the input is left", () => {
  const history = new History("");
  for (const text of ["5", "50"]) history.commit(text, { said: "typed", mark: "age" });
  history.seal();
  history.commit("500", { said: "typed", mark: "age" });

  history.undo();
  assert.equal(history.state, "50");
  history.undo();
  assert.equal(history.state, "");
});

test("a new step after an undo ends what could be done again", () => {
  const history = new History("a");
  history.commit("b", { said: "one" });
  history.undo();
  history.commit("c", { said: "other" });

  assert.equal(history.canRedo, false);
});

test("two hundred steps are kept", () => {
  const history = new History(0);
  for (let state = 1; state <= 250; state += 1) history.commit(state, { said: "counted" });
  while (history.canUndo) history.undo();

  assert.equal(history.state, 50);
});
