/* One condition as a flat, indented list of rows over a tree of tree.js.
 *
 * <section data-conditions="when"><h2>…</h2> <ul class="fl-rows"><li data-row data-place="/when/all/0">…</li></ul></section>
 */
import { element, fillFields, fromTemplate } from "./dom.js";
import { blankLeaf, operatorsFor, withField, withOperator } from "./language.js";
import { drawOperand } from "./operands.js";
import * as tree from "./tree.js";

const JOINS = { all: "all", any: "at least one", none: "none", notall: "not all" };
const SAID = { up: "Moved up.", down: "Moved down.", in: "Put into a group.", out: "Taken out of the group.", clone: "Copied.", remove: "Removed.", add: "Condition added.", addgroup: "Group added." };
const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

export class Rows {
  constructor(section, { data, always, changed, say }) {
    Object.assign(this, { data, always, changed, say, base: "", root: null });
    this.list = element("ul", { class: "fl-rows", "aria-labelledby": section.querySelector("h2").id });
    section.append(this.list);
    this.list.addEventListener("click", (event) => this.#act(event.target.closest("[data-act]")));
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("change", (event) => this.#choose(event.target));
  }

  load(root, base) {
    Object.assign(this, { root, base });
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...tree.rows(this.root, this.base).map((row) => this.#row(row)));
    if (!this.root.members.length) this.list.append(element("li", { class: "fl-quiet" }, this.always));
  }

  /* Say where each row is written now, for problems to find it. */
  #place() {
    const places = new Map(tree.rows(this.root, this.base).map(({ node, pointer }) => [String(node.id), pointer]));
    for (const item of this.list.querySelectorAll("[data-row]")) item.dataset.place = places.get(item.dataset.id);
  }

  #row(row) {
    const item = fromTemplate(row.node.leaf ? "leaf-row" : "group-row");
    item.dataset.id = row.node.id;
    item.dataset.place = row.pointer;
    item.style.setProperty("--depth", Math.max(0, row.depth - 1));
    if (row.depth) item.dataset.inner = "";
    if (row.parent) item.querySelector(".fl-row-grid").append(this.#actions(row));
    if (row.node.leaf) this.#leaf(item, row);
    else {
      const join = item.querySelector("[data-join]");
      join.value = row.node.join;
      join.setAttribute("aria-label", row.parent ? this.#label(row, "Group") : "How the conditions combine");
    }
    return item;
  }

  #actions({ node, depth, parent, index, size }) {
    const actions = fromTemplate("row-actions");
    const off = { up: index === 0, down: index === size - 1, out: depth < 2 };
    for (const button of actions.children) {
      const { act } = button.dataset;
      button.disabled = Boolean(off[act]);
      button.setAttribute("aria-label", `${button.title}: ${node.leaf ? "condition" : "group"} ${index + 1} of ${size} in ${JOINS[parent.join]}`);
    }
    return actions;
  }

  #label({ parent, index, size }, what) {
    return `${what}, row ${index + 1} of ${size} in ${JOINS[parent.join]}`;
  }

  #leaf(item, row) {
    const { leaf } = row.node;
    const [picker, operator] = [item.querySelector("[data-field]"), item.querySelector("[data-op]")];
    picker.setAttribute("aria-label", this.#label(row, "Field"));
    operator.setAttribute("aria-label", this.#label(row, "Comparison"));
    fillFields(picker, this.data.fields, Object.keys(this.data.fields), leaf.field ?? "");
    const field = this.data.fields[leaf.field];
    picker.title = field?.help ?? "";
    const fitting = field ? operatorsFor(this.data, field) : [];
    if (!fitting.some(([name]) => name === leaf.op)) fitting.unshift([leaf.op ?? "", leaf.op || "Choose …"]);
    operator.replaceChildren(...fitting.map(([name, text]) => element("option", { value: name }, text)));
    operator.value = leaf.op ?? "";
    if (leaf.muted) item.dataset.muted = "";
    drawOperand(item.querySelector("[data-operand]"), this.data, leaf, this.#label(row, field?.label ?? "Condition"), (operand) => {
      for (const key of ["value", "ref", "key"]) delete leaf[key];
      Object.assign(leaf, operand);
      this.changed();
    });
  }

  #choose(control) {
    const item = control.closest("[data-row]");
    const row = item && tree.rows(this.root, this.base).find(({ node }) => String(node.id) === item.dataset.id);
    if (!row) return;
    if (control.matches("[data-join]")) row.node.join = control.value;
    else if (control.matches("[data-field]")) row.node.leaf = withField(this.data, row.node.leaf, control.value);
    else if (control.matches("[data-op]")) row.node.leaf = withOperator(this.data, row.node.leaf, control.value);
    else return;
    if (row.node.leaf) this.#leaf(item, row);
    this.#place();
    this.changed();
  }

  #act(button) {
    if (button) this.#do(button.dataset.act, Number(button.closest("[data-row]").dataset.id));
  }

  #key(event) {
    const item = event.target.closest("[data-row][data-inner]");
    if (!event.altKey || !KEYS[event.key] || !item) return;
    event.preventDefault();
    this.#do(KEYS[event.key], Number(item.dataset.id), true);
  }

  #do(act, id, byKey = false) {
    const edits = {
      up: () => tree.move(this.root, id, -1),
      down: () => tree.move(this.root, id, 1),
      in: () => tree.moveIn(this.root, id),
      out: () => tree.moveOut(this.root, id),
      clone: () => tree.clone(this.root, id),
      remove: () => tree.remove(this.root, id),
      add: () => tree.add(this.root, id, tree.newLeaf(blankLeaf(this.data))),
      addgroup: () => tree.add(this.root, id, tree.newGroup("any", [tree.newLeaf(blankLeaf(this.data))])),
    };
    const focus = edits[act]();
    this.draw();
    const item = this.list.querySelector(`[data-id="${focus}"]`);
    const again = byKey || ["up", "down", "in", "out"].includes(act) ? item.querySelector(`[data-act="${act}"]:enabled`) : null;
    (again ?? item.querySelector("select, button")).focus();
    this.say(SAID[act]);
    this.changed();
  }
}
