/* What can be done to a row: one table that the buttons, the keys, the help and the announcements all read. Pure: no DOM.
 *
 * `run(root, id)` returns {root, focus}; `can(place)` says where it makes sense, `cannot` what to say elsewhere.
 */
import { blankLeaf } from "./language.js";
import * as tree from "./tree.js";

const newCondition = () => tree.newLeaf(blankLeaf());

export const COMMANDS = [
  { name: "up", key: "Alt+ArrowUp", label: "Move up", said: "Moved up", can: ({ index }) => index > 0, cannot: "It is the first already.", run: (root, id) => tree.move(root, id, -1) },
  { name: "down", key: "Alt+ArrowDown", label: "Move down", said: "Moved down", can: ({ index, size }) => index < size - 1, cannot: "It is the last already.", run: (root, id) => tree.move(root, id, 1) },
  { name: "in", key: "Alt+ArrowRight", label: "Put into a group", said: "Put into a group", run: tree.moveIn },
  { name: "out", key: "Alt+ArrowLeft", label: "Take out of the group", said: "Taken out of the group", can: ({ depth }) => depth > 1, cannot: "It is in no group.", run: tree.moveOut },
  { name: "clone", key: "Alt+C", label: "Copy", said: "Copied", run: tree.clone },
  { name: "mute", key: "Alt+M", label: "Mute", said: "Muted", undone: { label: "Put in force", said: "In force again" }, run: tree.toggleMute },
  { name: "remove", key: "Alt+Delete", label: "Remove", said: "Removed", run: tree.remove },
  { name: "add", key: "Alt+Enter", label: "Add a condition", said: "Condition added", run: (root, id) => tree.add(root, id, newCondition()) },
  { name: "addgroup", key: "Alt+Shift+Enter", label: "Add a group", said: "Group added", run: (root, id) => addGroup(root, id) },
];

/* The focus goes to the group's first condition, which is what to fill in. */
function addGroup(root, id) {
  const leaf = newCondition();
  return { root: tree.add(root, id, tree.newGroup("any", [leaf], { wrapped: true })).root, focus: leaf.id };
}

const BY_NAME = Object.fromEntries(COMMANDS.map((command) => [command.name, command]));
const BY_KEY = Object.fromEntries(COMMANDS.map((command) => [command.key, command]));

export const commandNamed = (name) => BY_NAME[name];

/* Return the command of a key press; letters go by their place on the keyboard, since Alt turns some into signs. */
export function commandOf({ altKey, ctrlKey, metaKey, shiftKey, key, code }) {
  if (!altKey || ctrlKey || metaKey) return undefined;
  const named = key === "Backspace" ? "Delete" : code?.startsWith("Key") ? code.slice(3) : key;
  return BY_KEY[`Alt+${shiftKey ? "Shift+" : ""}${named}`];
}

const JOINS = { all: "all", any: "at least one", none: "none", notall: "not all" };

/* Say where a row stands: "condition 2 of 3 in all". */
export function whereabouts({ node, parent, index, size }) {
  return parent ? `${node.leaf ? "condition" : "group"} ${index + 1} of ${size} in ${JOINS[parent.join]}` : "no conditions left";
}

/* Return what a command did, for the live region; `before` is the place of the row it was done to. */
export function announcement(command, before, root, focus) {
  const done = command.undone && tree.isMuted(before.node) ? command.undone : command;
  return `${done.said}: ${whereabouts(command.name === "remove" ? before : tree.find(root, focus))}.`;
}
