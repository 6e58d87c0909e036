/* The one table of what can be done to a row. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { announcement, COMMANDS, commandNamed, commandOf, whereabouts } from "../../rules_engine/static/rules_engine/builder/commands.js";
import * as tree from "../../rules_engine/static/rules_engine/builder/tree.js";

const leaf = (value) => ({ field: "lead.state", op: "eq", value });
const press = (key, more = {}) => commandOf({ altKey: true, key, code: key, ...more })?.name;

test("names and keys are each one command's", () => {
  for (const part of ["name", "key", "label"]) assert.equal(new Set(COMMANDS.map((command) => command[part])).size, COMMANDS.length);
});

test("keys lead to commands", () => {
  assert.equal(press("ArrowUp"), "up");
  assert.equal(press("Backspace"), "remove");
  assert.equal(press("Enter", { shiftKey: true }), "addgroup");
  assert.equal(press("ç", { code: "KeyC" }), "clone");
});

test("without Alt, or with another key held, it is none of ours", () => {
  assert.equal(commandOf({ altKey: false, key: "ArrowUp", code: "ArrowUp" }), undefined);
  assert.equal(press("ArrowUp", { ctrlKey: true }), undefined);
  assert.equal(press("ArrowUp", { metaKey: true }), undefined);
  assert.equal(press("x", { code: "KeyX" }), undefined);
});

test("every command gives a tree that can be written, and a focus that is in it", () => {
  for (const command of COMMANDS) {
    const root = tree.readRoot({ all: [leaf("FL"), { any: [leaf("TX"), leaf("NY")] }, leaf("GA")] });
    const { root: edited, focus } = command.run(root, root.members[0].id);

    assert.ok(tree.find(edited, focus), command.name);
    assert.ok(tree.writeRoot(edited), command.name);
  }
});

test("a move that makes no sense is known beforehand", () => {
  const root = tree.readRoot({ all: [leaf("FL"), leaf("TX")] });
  const [first, last] = root.members.map(({ id }) => tree.find(root, id));

  assert.deepEqual(["up", "down", "out"].map((name) => commandNamed(name).can(first)), [false, true, false]);
  assert.deepEqual(["up", "down"].map((name) => commandNamed(name).can(last)), [true, false]);
});

test("the region is told what was done, and where the row stands now", () => {
  const root = tree.readRoot({ any: [leaf("FL"), leaf("TX")] });
  const before = tree.find(root, root.members[0].id);
  const told = (name) => {
    const { root: edited, focus } = commandNamed(name).run(root, before.node.id);
    return announcement(commandNamed(name), before, edited, focus);
  };

  assert.equal(told("down"), "Moved down: condition 2 of 2 in at least one.");
  assert.equal(told("remove"), "Removed: condition 1 of 2 in at least one.");
  assert.equal(told("mute"), "Muted: condition 1 of 2 in at least one.");
});

test("taking the mute away is said as such", () => {
  const root = tree.readRoot({ all: [{ ...leaf("FL"), muted: true }, leaf("TX")] });
  const before = tree.find(root, root.members[0].id);

  assert.equal(announcement(commandNamed("mute"), before, root, before.node.id), "In force again: condition 1 of 2 in all.");
});

test("a group is called one", () => {
  const root = tree.readRoot({ all: [{ any: [leaf("FL"), leaf("TX")] }, leaf("NY")] });

  assert.equal(whereabouts(tree.find(root, root.members[0].id)), "group 1 of 2 in all");
});
