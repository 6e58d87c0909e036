/* The condition tree of a rule, and every edit of it. Pure: no DOM; tested under node --test.
 *
 * A node is {id, leaf} or {id, join, members, muted}. `join` is all, any, none (not any) or notall (not all), so that
 * people never meet a bare "not". The root is always a group of "all"; it is left out again where it holds one member.
 */
let lastId = 0;

export const newLeaf = (leaf) => ({ id: ++lastId, leaf });
export const newGroup = (join, members = [], muted = false) => ({ id: ++lastId, join, members, muted });

const NEGATED = { all: "notall", any: "none" };

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* Return the node of a condition; throw TypeError for what no row could show. */
export function read(condition) {
  if (!isObject(condition)) throw new TypeError("A condition is an object.");
  const muted = condition.muted === true;
  for (const join of ["all", "any"]) {
    if (join in condition) {
      if (!Array.isArray(condition[join])) throw new TypeError("A group holds a list.");
      return newGroup(join, condition[join].map(read), muted);
    }
  }
  if (!("not" in condition)) return newLeaf({ ...condition });
  const inner = read(condition.not);
  if (inner.members && NEGATED[inner.join] && !inner.muted) return newGroup(NEGATED[inner.join], inner.members, muted);
  return newGroup("none", [inner], muted);
}

export function readRoot(condition) {
  if (condition === undefined || condition === null) return newGroup("all");
  const node = read(condition);
  return node.join === "all" && !node.muted ? node : newGroup("all", [node]);
}

const isBare = (node) => node.join === "none" && node.members.length === 1 && Boolean(node.members[0].leaf);
const isCompact = (root) => root.join === "all" && root.members.length === 1;

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
  if (root.join === "all" && !root.members.length && !required) return undefined;
  return isCompact(root) ? write(root.members[0]) : write(root);
}

function memberPointer(node, pointer, index) {
  if (isBare(node)) return `${pointer}/not`;
  const inner = { none: "not/any", notall: "not/all" }[node.join] ?? node.join;
  return `${pointer}/${inner}/${index}`;
}

/* Return the tree as a flat list of rows, each with the JSON pointer it is written at. */
export function rows(root, base) {
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

/* Return {node, parent, index} of an id, or undefined. */
export function find(root, id, parent = null, index = 0) {
  if (root.id === id) return { node: root, parent, index };
  for (const [position, member] of (root.members ?? []).entries()) {
    const found = find(member, id, root, position);
    if (found) return found;
  }
  return undefined;
}

function copy(node) {
  return node.leaf
    ? newLeaf(JSON.parse(JSON.stringify(node.leaf)))
    : newGroup(node.join, node.members.map(copy), node.muted);
}

/* The edits. Each returns the id that should have the focus afterwards. */
export function add(root, groupId, node) {
  find(root, groupId).node.members.push(node);
  return node.id;
}

export function clone(root, id) {
  const { node, parent, index } = find(root, id);
  const twin = copy(node);
  parent.members.splice(index + 1, 0, twin);
  return twin.id;
}

export function remove(root, id) {
  const { parent, index } = find(root, id);
  parent.members.splice(index, 1);
  return (parent.members[index] ?? parent.members[index - 1] ?? parent).id;
}

export function move(root, id, by) {
  const { node, parent, index } = find(root, id);
  const to = index + by;
  if (to >= 0 && to < parent.members.length) {
    parent.members.splice(index, 1);
    parent.members.splice(to, 0, node);
  }
  return id;
}

/* Into the group just above or below; where there is none, into a new one. */
export function moveIn(root, id) {
  const { node, parent, index } = find(root, id);
  const above = parent.members[index - 1];
  const below = parent.members[index + 1];
  if (above?.members) above.members.push(node);
  else if (below?.members) below.members.unshift(node);
  else {
    parent.members[index] = newGroup(parent.join === "any" ? "all" : "any", [node]);
    return id;
  }
  parent.members.splice(index, 1);
  return id;
}

/* Out of its group, to stand right after it; a group left empty goes. */
export function moveOut(root, id) {
  const { node, parent, index } = find(root, id);
  const outer = find(root, parent.id);
  if (!outer.parent) return id;
  parent.members.splice(index, 1);
  outer.parent.members.splice(outer.index + 1, 0, node);
  if (!parent.members.length) outer.parent.members.splice(outer.index, 1);
  return id;
}
