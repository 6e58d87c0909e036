/* The condition tree of a rule, and every edit of it. Pure: no DOM, nothing is changed in place, so that an old root is
 * an undo step. Tested under node --test.
 *
 * A node is {id, leaf} or {id, join, members, muted}. `join` is all, any, none (not any) or notall (not all), so that
 * people never meet a bare "not". The root is always a group. `wrapped` remembers that a group was written around its
 * single condition, which would otherwise be left out: what is only opened is written as it was read.
 */
let lastId = 0;

export const newLeaf = (leaf) => ({ id: ++lastId, leaf });
export const newGroup = (join, members = [], more = {}) => ({ id: ++lastId, join, members, muted: false, ...more });

const NEGATED = { all: "notall", any: "none" };

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* Return the node of a condition; throw TypeError for what no row could show. */
export function read(condition) {
  if (!isObject(condition)) throw new TypeError("A condition is an object.");
  const shapes = ["all", "any", "not", "field"].filter((key) => key in condition);
  if (shapes.length > 1) throw new TypeError("A condition is one of a group, a not and a question.");
  if (!shapes.length || shapes[0] === "field") return newLeaf({ ...condition });
  if (Object.keys(condition).some((key) => key !== shapes[0] && key !== "muted")) throw new TypeError("A group holds its conditions alone.");
  return shapes[0] === "not" ? readNot(condition) : readGroup(shapes[0], condition);
}

function readGroup(join, condition) {
  if (!Array.isArray(condition[join])) throw new TypeError("A group holds a list.");
  return newGroup(join, condition[join].map(read), { muted: condition.muted === true });
}

function readNot(condition) {
  const [inner, muted] = [read(condition.not), condition.muted === true];
  if (!NEGATED[inner.join] || inner.muted) return newGroup("none", [inner], { muted });
  return newGroup(NEGATED[inner.join], inner.members, { muted, wrapped: inner.join === "any" });
}

/* Return the root of a rule's condition; undefined says "always". */
export function readRoot(condition) {
  if (condition === undefined || condition === null) return newGroup("all");
  const node = read(condition);
  return node.members && !node.muted && NEGATED[node.join] ? { ...node, wrapped: node.members.length === 1 } : newGroup("all", [node]);
}

const isLone = (node) => node.members.length === 1 && !node.wrapped;
const isBare = (node) => node.join === "none" && isLone(node);
const isCompact = (root) => root.join in NEGATED && isLone(root);

/* Return the condition of a node. */
export function write(node) {
  if (node.leaf) return { ...node.leaf };
  const members = node.members.map(write);
  const muted = node.muted ? { muted: true } : {};
  if (isBare(node)) return { not: members[0], ...muted };
  if (node.join === "none") return { not: { any: members }, ...muted };
  if (node.join === "notall") return { not: { all: members }, ...muted };
  return { [node.join]: members, ...muted };
}

/* Return the condition of the root; undefined says "always", where that is allowed. */
export function writeRoot(root, required = false) {
  if (root.join in NEGATED && !root.members.length && !required) return undefined;
  return isCompact(root) ? write(root.members[0]) : write(root);
}

function memberPointer(node, pointer, index) {
  if (isBare(node)) return `${pointer}/not`;
  const inner = { none: "not/any", notall: "not/all" }[node.join] ?? node.join;
  return `${pointer}/${inner}/${index}`;
}

/* Return the tree as a flat list of places, each with the JSON pointer its node is written at. */
export function places(root, base) {
  const found = [];
  function walk(node, pointer, depth, parent, index) {
    found.push({ node, pointer, depth, parent, index, size: parent ? parent.members.length : 1 });
    (node.members ?? []).forEach((member, position) => {
      const place = node === root && isCompact(root) ? base : memberPointer(node, pointer, position);
      walk(member, place, depth + 1, node, position);
    });
  }
  walk(root, base, 0, null, 0);
  return found;
}

/* Return {node, parent, index, size, depth} of an id, or undefined. */
export function find(root, id) {
  return places(root, "").find(({ node }) => node.id === id);
}

export const isMuted = (node) => (node.leaf ? node.leaf.muted === true : node.muted);

function copy(node) {
  return node.leaf ? newLeaf(JSON.parse(JSON.stringify(node.leaf))) : { ...node, ...newGroup(node.join, node.members.map(copy)), muted: node.muted };
}

/* Return the root with one node changed; what lies beside its path stays the same objects. */
function changed(node, id, change) {
  if (node.id === id) return change(node);
  if (!node.members) return node;
  const members = node.members.map((member) => changed(member, id, change));
  return members.every((member, index) => member === node.members[index]) ? node : { ...node, members };
}

const spliced = (root, group, index, count, ...added) => changed(root, group.id, (node) => ({ ...node, members: node.members.toSpliced(index, count, ...added) }));

/* The edits. Each returns {root, focus}: the new tree, and the id that should have the focus afterwards. */

/* At the end of a group; after a condition. */
export function add(root, id, node) {
  const { node: at, parent, index } = find(root, id);
  return { root: at.members ? spliced(root, at, at.members.length, 0, node) : spliced(root, parent, index + 1, 0, node), focus: node.id };
}

export function clone(root, id) {
  const { node, parent, index } = find(root, id);
  const twin = copy(node);
  return { root: spliced(root, parent, index + 1, 0, twin), focus: twin.id };
}

export function remove(root, id) {
  const { parent, index } = find(root, id);
  return { root: spliced(root, parent, index, 1), focus: (parent.members[index + 1] ?? parent.members[index - 1] ?? parent).id };
}

export function move(root, id, by) {
  const { node, parent, index, size } = find(root, id);
  const to = Math.min(Math.max(index + by, 0), size - 1);
  return { root: changed(root, parent.id, (group) => ({ ...group, members: group.members.toSpliced(index, 1).toSpliced(to, 0, node) })), focus: id };
}

/* Into the group just above or below; where there is none, into a new one. */
export function moveIn(root, id) {
  const { node, parent, index } = find(root, id);
  const [above, below] = [parent.members[index - 1], parent.members[index + 1]];
  if (above?.members) return place(root, id, above.id, "inside");
  if (below?.members) return { root: spliced(spliced(root, parent, index, 1), below, 0, 0, node), focus: id };
  return { root: spliced(root, parent, index, 1, newGroup(parent.join === "any" ? "all" : "any", [node], { wrapped: true })), focus: id };
}

/* Out of its group, to stand right after it; a group left empty goes. */
export function moveOut(root, id) {
  const { parent } = find(root, id);
  return parent === root ? { root, focus: id } : place(root, id, parent.id, "after");
}

/* Before or after another node, or inside it at the end; a group left empty by it goes. Nothing goes into itself. */
export function place(root, id, targetId, where) {
  const { node, parent, index } = find(root, id);
  if (places(node, "").some((inner) => inner.node.id === targetId)) return { root, focus: id };
  const lifted = spliced(root, parent, index, 1);
  const target = find(lifted, targetId);
  const dropped = where === "inside"
    ? spliced(lifted, target.node, target.node.members.length, 0, node)
    : spliced(lifted, target.parent, target.index + (where === "after" ? 1 : 0), 0, node);
  return { root: withoutEmptied(dropped, parent), focus: id };
}

function withoutEmptied(root, { id }) {
  const left = find(root, id);
  return left?.parent && !left.node.members.length ? spliced(root, left.parent, left.index, 1) : root;
}

export function toggleMute(root, id) {
  return { root: changed(root, id, withMuteToggled), focus: id };
}

function withMuteToggled(node) {
  if (node.members) return { ...node, muted: !node.muted };
  const { muted, ...leaf } = node.leaf;
  return { ...node, leaf: muted ? leaf : { ...leaf, muted: true } };
}

export const setLeaf = (root, id, leaf) => ({ root: changed(root, id, (node) => ({ ...node, leaf })), focus: id });
export const setJoin = (root, id, join) => ({ root: changed(root, id, (node) => ({ ...node, join })), focus: id });
