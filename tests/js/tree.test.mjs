/* The condition tree: what is read is written again, and every edit leaves a tree that can be written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tree from "../../rules_engine/static/rules_engine/builder/tree.js";

const leaf = (value) => ({ field: "lead.state", op: "eq", value });
const [FL, TX, NY] = ["FL", "TX", "NY"].map(leaf);
const written = (condition) => tree.writeRoot(tree.readRoot(condition));
const node = (root, value) => tree.rows(root, "").find((row) => row.node.leaf?.value === value).node;

for (const [name, condition] of Object.entries({
  "nothing": undefined,
  "one leaf": FL,
  "a leaf with a key": { field: "producer.authorities", op: "contains", key: [{ ref: "lead.state" }, { value: "LIFE" }] },
  "all of two": { all: [FL, TX] },
  "any of two": { any: [FL, TX] },
  "not a leaf": { not: FL },
  "not any": { not: { any: [FL, TX] } },
  "not all": { not: { all: [FL, TX] } },
  "not all of one": { not: { all: [FL] } },
  "groups in groups": { all: [FL, { any: [TX, { not: { any: [NY, FL] } }] }] },
  "muted": { all: [{ ...FL, muted: true }, { any: [TX], muted: true }, { not: { any: [NY, TX] }, muted: true }] },
})) {
  test(`${name} is written as it was read`, () => assert.deepEqual(written(condition), condition));
}

test("a group of all around one condition is left out", () => assert.deepEqual(written({ all: [FL] }), FL));

test("a required condition without members is an empty group, for the server to refuse", () => {
  assert.deepEqual(tree.writeRoot(tree.readRoot(undefined), true), { all: [] });
});

for (const junk of [1, "x", [], { all: 1 }, { not: [] }, { any: [null] }]) {
  test(`${JSON.stringify(junk)} is no condition`, () => assert.throws(() => tree.readRoot(junk), TypeError));
}

test("rows carry the pointers at which the server will name them", () => {
  const root = tree.readRoot({ all: [FL, { not: TX }, { not: { any: [NY, FL] } }] });

  const found = tree.rows(root, "/when").map(({ pointer, depth }) => `${depth} ${pointer}`);

  assert.deepEqual(found, [
    "0 /when",
    "1 /when/all/0",
    "1 /when/all/1",
    "2 /when/all/1/not",
    "1 /when/all/2",
    "2 /when/all/2/not/any/0",
    "2 /when/all/2/not/any/1",
  ]);
});

test("every row's pointer leads to its condition in what is written", () => {
  const condition = { any: [{ all: [FL, { not: { all: [TX, NY] } }] }, { not: FL }, NY] };
  const root = tree.readRoot(condition);
  const document = { when: tree.writeRoot(root) };

  for (const row of tree.rows(root, "/when").filter(({ node: { leaf: isLeaf } }) => isLeaf)) {
    const at = row.pointer.slice(1).split("/").reduce((holder, step) => holder[step], document);
    assert.deepEqual(at, row.node.leaf);
  }
});

test("moving stops at the ends", () => {
  const root = tree.readRoot({ all: [FL, TX] });
  tree.move(root, node(root, "TX").id, -1);
  tree.move(root, node(root, "TX").id, -1);

  assert.deepEqual(tree.writeRoot(root), { all: [TX, FL] });
});

test("moving in makes a group, or joins the one above or below", () => {
  const root = tree.readRoot({ all: [FL, TX, NY] });
  tree.moveIn(root, node(root, "TX").id);
  assert.deepEqual(tree.writeRoot(root), { all: [FL, { any: [TX] }, NY] });
  tree.moveIn(root, node(root, "NY").id);
  tree.moveIn(root, node(root, "FL").id);

  assert.deepEqual(tree.writeRoot(root), { any: [FL, TX, NY] });
});

test("moving out leaves no empty group behind", () => {
  const root = tree.readRoot({ all: [FL, { any: [TX] }] });
  tree.moveOut(root, node(root, "TX").id);
  tree.moveOut(root, node(root, "TX").id);

  assert.deepEqual(tree.writeRoot(root), { all: [FL, TX] });
});

test("a copy is a condition of its own, next to the first", () => {
  const root = tree.readRoot({ all: [FL, TX] });
  const twin = tree.clone(root, node(root, "FL").id);
  tree.find(root, twin).node.leaf.value = "NY";

  assert.deepEqual(tree.writeRoot(root), { all: [FL, NY, TX] });
});

test("removing gives the focus to the neighbour, at last to the group", () => {
  const root = tree.readRoot({ any: [FL, TX] });
  const [first, second] = [node(root, "FL"), node(root, "TX")];

  assert.equal(tree.remove(root, second.id), first.id);
  assert.equal(tree.remove(root, first.id), root.members[0].id);
});
