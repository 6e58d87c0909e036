/* One row of a condition: a question about a fact, or a group of such. What stands in the templates is cloned and kept;
 * `draw` changes what differs, so that typing into a row never draws it anew.
 *
 * <li class="fl-row" data-row="leaf"><div data-body role="group" aria-label="Condition 1 of 2 in all">…</div></li>
 */
import { FieldPicker } from "./combobox.js";
import { commandNamed, whereabouts } from "./commands.js";
import { element, fromTemplate, setAttribute } from "./dom.js";
import { operatorsFor, withField, withOperator } from "./language.js";
import { drawOperand } from "./operands.js";
import { isMuted } from "./tree.js";

class Row {
  constructor(template, id) {
    this.element = fromTemplate(template);
    this.element.dataset.id = id;
    this.body = this.element.querySelector("[data-body]");
    this.body.append(fromTemplate("row-actions"));
    this.buttons = [...this.body.querySelectorAll("[data-act]")];
    this.moves = this.buttons.map((button) => [button, commandNamed(button.dataset.act)]).filter(([, command]) => command.can);
    this.muting = this.buttons.find((button) => button.dataset.act === "mute");
  }

  /* Say where the row stands now, and which moves make sense there; most rows stand where they stood. */
  stand(place) {
    const standing = `${place.index} ${place.size} ${place.depth} ${place.parent.join} ${isMuted(place.node)}`;
    if (standing === this.standing) return;
    this.standing = standing;
    const said = whereabouts(place);
    const muted = isMuted(place.node);
    setAttribute(this.body, "aria-label", `${said[0].toUpperCase()}${said.slice(1)}${muted ? ", muted" : ""}`);
    for (const [button, { can }] of this.moves) setAttribute(button, "aria-disabled", String(!can(place)));
    if ("muted" in this.element.dataset === muted) return;
    if (muted) this.element.dataset.muted = "";
    else delete this.element.dataset.muted;
    const { label, undone } = commandNamed("mute");
    this.muting.title = muted ? undone.label : label;
    this.muting.setAttribute("aria-label", this.muting.title);
  }

  focus() {
    this.body.querySelector("input, select").focus();
  }
}

export class LeafRow extends Row {
  /* `edit(leaf)` is called with each change a person makes. */
  constructor({ data, say, edit }, id) {
    super("leaf-row", id);
    Object.assign(this, { data, say, edit, leaf: {} });
    const names = Object.keys(data.fields);
    this.picker = new FieldPicker({ data, say, label: "Field", names: () => names, chosen: (name) => edit(withField(data, this.leaf, name)) });
    this.operator = this.body.querySelector("[data-op]");
    this.operand = this.body.querySelector("[data-operand]");
    this.operator.before(this.picker.element);
    this.operator.addEventListener("change", () => edit(withOperator(data, this.leaf, this.operator.value)));
  }

  draw({ node: { leaf } }) {
    if (leaf === this.leaf) return;
    if (leaf.field !== this.leaf.field) this.#drawOperators(leaf);
    if (leaf.field !== this.picker.value) this.picker.show(leaf.field ?? "");
    this.operator.value = leaf.op ?? "";
    this.leaf = leaf;
    drawOperand(this.operand, { data: this.data, say: this.say }, leaf, { edit: (next) => this.#take(next), redraw: (next) => this.edit(next) });
  }

  /* What an editor tells is drawn already. */
  #take(leaf) {
    this.leaf = leaf;
    this.operator.value = leaf.op;
    this.edit(leaf);
  }

  #drawOperators(leaf) {
    const field = this.data.fields[leaf.field];
    const fitting = field ? operatorsFor(this.data, field) : [];
    if (!fitting.some(([name]) => name === leaf.op)) fitting.unshift([leaf.op ?? "", leaf.op || "…"]);
    this.operator.replaceChildren(...fitting.map(([name, text]) => element("option", { value: name }, text)));
    this.operator.hidden = !leaf.field;
  }
}

export class GroupRow extends Row {
  /* `join(value)` is called when a person chooses how the members combine. */
  constructor({ join }, id) {
    super("group-row", id);
    this.list = this.element.querySelector("[data-members]");
    this.picker = this.body.querySelector("[data-join]");
    this.picker.addEventListener("change", () => join(this.picker.value));
  }

  draw({ node }) {
    this.picker.value = node.join;
  }
}
