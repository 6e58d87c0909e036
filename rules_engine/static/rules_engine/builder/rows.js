/* One condition of the rule as nested lists of rows, over a tree of tree.js. Rows are kept by the id of their node.
 *
 * <section data-conditions="when"><h2>…</h2>
 *   <div data-root><select data-join>…</select><ul data-members>rows</ul><p data-always>…</p><div>buttons to add</div></div></section>
 */
import { announcement, commandNamed, commandOf } from "./commands.js";
import { draggable } from "./drag.js";
import { GroupRow, LeafRow } from "./row.js";
import { toolbarKeys } from "./toolbar.js";
import * as tree from "./tree.js";

const STAY = ["up", "down", "in", "out", "mute"];

export class Rows {
  #rows = new Map();

  /* `root()` is the tree as it stands; `commit(root, {said, mark})` takes a changed one and has everything drawn. */
  constructor(section, { data, root, commit, say }) {
    Object.assign(this, { data, root, commit, say });
    this.frame = section.querySelector("[data-root]");
    this.list = this.frame.querySelector("[data-members]");
    this.join = this.frame.querySelector("[data-join]");
    this.always = this.frame.querySelector("[data-always]");
    this.join.addEventListener("change", () => this.#setJoin(this.root().id, this.join.value));
    this.frame.addEventListener("click", ({ target }) => this.#click(target.closest("[data-act]")));
    this.frame.addEventListener("keydown", (event) => this.#key(event));
    toolbarKeys(this.frame);
    draggable(this.list, (id, target, where) => this.#drop(id, target, where));
  }

  /* Draw the tree as it stands: rows that are gone go, and what stays where it was is left alone. */
  render() {
    const root = this.root();
    const places = tree.places(root, "");
    const ids = new Set(places.map(({ node }) => node.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const place of places) this.#stand(place, root);
    this.join.value = root.join;
    this.join.hidden = root.members.length < 2;
    this.always.hidden = root.members.length > 0;
  }

  #stand(place, root) {
    if (!place.parent) return;
    const row = this.#rows.get(place.node.id) ?? this.#make(place.node);
    const list = place.parent === root ? this.list : this.#rows.get(place.parent.id).list;
    if (list.children[place.index] !== row.element) list.insertBefore(row.element, list.children[place.index] ?? null);
    row.draw(place);
    row.stand(place);
  }

  #make({ id, leaf }) {
    const tools = { data: this.data, say: this.say, edit: (next) => this.#setLeaf(id, next), join: (value) => this.#setJoin(id, value) };
    const row = leaf ? new LeafRow(tools, id) : new GroupRow(tools, id);
    this.#rows.set(id, row);
    return row;
  }

  /* Write on each row where the server will name it. */
  mark(base) {
    for (const { node, pointer } of tree.places(this.root(), base)) {
      const target = this.#rows.get(node.id)?.element ?? this.frame;
      target.dataset.place = pointer;
    }
  }

  #setLeaf(id, leaf) {
    this.commit(tree.setLeaf(this.root(), id, leaf).root, { said: "condition changed", mark: id });
  }

  #setJoin(id, join) {
    this.commit(tree.setJoin(this.root(), id, join).root, { said: "group changed" });
  }

  #drop(id, target, where) {
    const { root } = tree.place(this.root(), id, target, where);
    if (root === this.root()) return;
    this.commit(root, { said: "row moved" });
    this.#rows.get(id).focus();
    this.say(announcement({ said: "Moved" }, tree.find(root, id), root, id));
  }

  #click(button) {
    if (button) this.#run(commandNamed(button.dataset.act), this.#idAt(button), button);
  }

  #key(event) {
    const command = commandOf(event);
    if (!command || !event.target.closest("[data-row], [data-root]")) return;
    event.preventDefault();
    this.#run(command, this.#idAt(event.target), event.target);
  }

  #idAt(within) {
    return Number(within.closest("[data-row]")?.dataset.id ?? this.root().id);
  }

  #run(command, id, focused) {
    const before = tree.find(this.root(), id);
    if (!before.parent && !["add", "addgroup"].includes(command.name)) return;
    if (command.can && !command.can(before)) {
      this.say(command.cannot);
      return;
    }
    const { root, focus } = command.run(this.root(), id);
    const said = announcement(command, before, root, focus);
    this.commit(root, { said: said.split(":")[0].toLowerCase() });
    this.#focus(focus, STAY.includes(command.name) ? focused : null);
    this.say(said);
  }

  #focus(id, stayed) {
    const row = this.#rows.get(id);
    if (stayed?.isConnected && row?.element.contains(stayed)) stayed.focus();
    else if (row) row.focus();
    else this.frame.querySelector(":scope > .fl-adds [data-act]").focus();
  }
}
