/* The condition tree: what is read is written again, and every edit leaves a tree that can be written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tree from "../../rules_engine/static/rules_engine/builder/tree.js";

const leaf = (value) => ({ field: "lead.state", op: "eq", value });
const [FL, TX, NY] = ["FL", "TX", "NY"].map(leaf);
const written = (condition) => tree.writeRoot(tree.readRoot(condition));
const node = (root, value) => tree.places(root, "").find((place) => place.node.leaf?.value === value).node;
/* Do one edit after another, each {edit, of the leaf with this value}, and return what is written. */
const after = (condition, ...edits) => tree.writeRoot(edits.reduce((root, [edit, value, ...more]) => edit(root, node(root, value).id, ...more).root, tree.readRoot(condition)));

for (const [name, condition] of Object.entries({
  "nothing": undefined,
  "one leaf": FL,
  "a leaf with a key": { field: "producer.authorities", op: "contains", key: [{ ref: "lead.state" }, { value: "LIFE" }] },
  "all of one": { all: [FL] },
  "any of one": { any: [FL] },
  "all of two": { all: [FL, TX] },
  "any of two": { any: [FL, TX] },
  "not a leaf": { not: FL },
  "not any": { not: { any: [FL, TX] } },
  "not any of one": { not: { any: [FL] } },
  "not not": { not: { not: FL } },
  "not a muted group": { not: { all: [FL, TX], muted: true } },
  "not all": { not: { all: [FL, TX] } },
  "not all of one": { not: { all: [FL] } },
  "groups in groups": { all: [FL, { any: [TX, { not: { any: [NY, FL] } }] }] },
  "muted": { all: [{ ...FL, muted: true }, { any: [TX], muted: true }, { not: { any: [NY, TX] }, muted: true }] },
})) {
  test(`${name} is written as it was read`, () => assert.deepEqual(written(condition), condition));
}

test("a group somebody emptied down to one condition is left out", () => assert.deepEqual(after({ all: [FL, TX] }, [tree.remove, "TX"]), FL));

test("a required condition without members is an empty group, for the server to refuse", () => {
  assert.deepEqual(tree.writeRoot(tree.readRoot(undefined), true), { all: [] });
});

for (const junk of [1, "x", [], { all: 1 }, { not: [] }, { any: [null] }, { all: [FL], any: [TX] }, { all: [FL], note: "x" }]) {
  test(`${JSON.stringify(junk)} is no condition`, () => assert.throws(() => tree.readRoot(junk), TypeError));
}

test("rows carry the pointers at which the server will name them", () => {
  const root = tree.readRoot({ all: [FL, { not: TX }, { not: { any: [NY, FL] } }] });

  const found = tree.places(root, "/when").map(({ pointer, depth }) => `${depth} ${pointer}`);

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

  for (const row of tree.places(root, "/when").filter(({ node: { leaf: isLeaf } }) => isLeaf)) {
    const at = row.pointer.slice(1).split("/").reduce((holder, step) => holder[step], document);
    assert.deepEqual(at, row.node.leaf);
  }
});

test("an edit leaves the tree it was made from as it was", () => {
  const root = tree.readRoot({ all: [FL, { any: [TX, NY] }] });
  const edits = [tree.clone, tree.remove, tree.moveIn, tree.moveOut, tree.toggleMute, (...at) => tree.move(...at, 1)];

  for (const edit of edits) edit(root, node(root, "TX").id);

  assert.deepEqual(tree.writeRoot(root), { all: [FL, { any: [TX, NY] }] });
});

test("what an edit does not touch stays the same object, so that its row is not drawn anew", () => {
  const root = tree.readRoot({ all: [{ any: [FL, TX] }, NY] });

  const edited = tree.toggleMute(root, node(root, "NY").id).root;

  assert.equal(edited.members[0], root.members[0]);
});

for (const [name, condition, edits, expected] of [
  ["moving stops at the ends", { all: [FL, TX] }, [[tree.move, "TX", -1], [tree.move, "TX", -1]], { all: [TX, FL] }],
  ["moving in makes a group", { all: [FL, TX] }, [[tree.moveIn, "TX"]], { all: [FL, { any: [TX] }] }],
  ["moving in joins the group above, at its end", { all: [{ any: [FL] }, TX] }, [[tree.moveIn, "TX"]], { any: [FL, TX] }],
  ["moving in joins the group below, at its start", { all: [NY, FL, { any: [TX] }] }, [[tree.moveIn, "FL"]], { all: [NY, { any: [FL, TX] }] }],
  ["moving out stands right after the group", { all: [{ any: [FL, TX] }, NY] }, [[tree.moveOut, "FL"]], { all: [{ any: [TX] }, FL, NY] }],
  ["moving out leaves no empty group behind", { all: [FL, { any: [TX] }] }, [[tree.moveOut, "TX"]], { all: [FL, TX] }],
  ["nothing moves out of the rule", { all: [FL, TX] }, [[tree.moveOut, "TX"]], { all: [FL, TX] }],
  ["a copy stands next to the first", { all: [FL, TX] }, [[tree.clone, "FL"]], { all: [FL, FL, TX] }],
  ["muting is written on the condition", { all: [FL, TX] }, [[tree.toggleMute, "FL"]], { all: [{ ...FL, muted: true }, TX] }],
  ["muting twice leaves nothing", { all: [FL, TX] }, [[tree.toggleMute, "FL"], [tree.toggleMute, "FL"]], { all: [FL, TX] }],
]) {
  test(name, () => assert.deepEqual(after(condition, ...edits), expected));
}

for (const [where, expected] of [
  ["before", { all: [{ any: [NY, FL] }, TX] }],
  ["after", { all: [{ any: [FL, NY] }, TX] }],
]) {
  test(`a row dropped ${where} another stands there`, () => {
    const root = tree.readRoot({ all: [{ any: [FL] }, TX, NY] });

    assert.deepEqual(tree.writeRoot(tree.place(root, node(root, "NY").id, node(root, "FL").id, where).root), expected);
  });
}

test("a group is not dropped into itself", () => {
  const root = tree.readRoot({ all: [{ any: [FL, TX] }, NY] });
  const group = root.members[0];

  assert.equal(tree.place(root, group.id, node(root, "FL").id, "after").root, root);
  assert.equal(tree.place(root, group.id, group.id, "inside").root, root);
});

test("a copied group has ids of its own", () => {
  const root = tree.readRoot({ all: [{ any: [FL, TX] }, NY] });

  const ids = tree.places(tree.clone(root, root.members[0].id).root, "").map((place) => place.node.id);

  assert.equal(new Set(ids).size, 8);
});

test("removing gives the focus to the row below, then the one above, at last to the group", () => {
  const root = tree.readRoot({ any: [FL, TX, NY] });
  const [first, second, third] = root.members;

  const without = tree.remove(root, first.id);
  assert.equal(without.focus, second.id);
  const less = tree.remove(without.root, third.id);
  assert.equal(less.focus, second.id);
  assert.equal(tree.remove(less.root, second.id).focus, root.id);
});

test("a condition is added after another, or at the end of a group", () => {
  const root = tree.readRoot({ all: [{ any: [FL, TX] }, NY] });

  const after = tree.add(root, node(root, "FL").id, tree.newLeaf(leaf("GA"))).root;
  const inside = tree.add(root, root.members[0].id, tree.newLeaf(leaf("GA"))).root;

  assert.deepEqual(tree.writeRoot(after), { all: [{ any: [FL, leaf("GA"), TX] }, NY] });
  assert.deepEqual(tree.writeRoot(inside), { all: [{ any: [FL, TX, leaf("GA")] }, NY] });
});
