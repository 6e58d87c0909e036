/* Examples of a rule: when, with which facts, and what must come out.
 *
 * <section data-examples>… <ol class="fl-examples"><li class="fl-example" data-place="/examples/0">…</li></ol></section>
 */
import { element, fillFields, fromTemplate, select } from "./dom.js";
import { editor } from "./values.js";

const NOON = "T12:00";

export class Examples {
  constructor(section, { data, expects, changed, say }) {
    Object.assign(this, { data, expects, changed, say, examples: [] });
    this.list = element("ol", { class: "fl-examples" });
    this.button = element("button", { type: "button", class: "fl-button", "data-kind": "quiet" }, "Add an example");
    this.button.addEventListener("click", () => this.#add({ facts: {}, at: `${new Date().toISOString().slice(0, 10)}${NOON}:00Z`, expect: this.#blank() }));
    section.append(this.list, this.button);
  }

  load(examples) {
    this.examples = examples;
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...this.examples.map((example, index) => this.#item(example, index)));
  }

  /* Show how each came out, as the server says. */
  results(results) {
    for (const [index, item] of [...this.list.children].entries()) {
      const badge = item.querySelector("[data-result]");
      badge.hidden = !results[index];
      if (!results[index]) continue;
      badge.dataset.tone = results[index].passed ? "ok" : "bad";
      badge.textContent = results[index].passed ? "Holds" : `Gives ${results[index].got}`;
    }
  }

  #blank() {
    return this.expects()?.[0] ?? 0;
  }

  #add(example) {
    this.examples.push(example);
    this.draw();
    this.list.lastElementChild.querySelector("[data-at]").focus();
    this.say("Example added.");
    this.changed();
  }

  #item(example, index) {
    const item = fromTemplate("example");
    item.dataset.place = `/examples/${index}`;
    const at = item.querySelector("[data-at]");
    at.value = String(example.at ?? "").slice(0, 16);
    at.addEventListener("input", () => this.#set(example, "at", at.value ? `${at.value}:00Z` : ""));
    item.querySelector("[data-expect]").append(this.#expect(example, index));
    const facts = item.querySelector("[data-facts]");
    const draw = () => facts.replaceChildren(...Object.keys(example.facts).map((name) => this.#fact(example, name, index, draw)));
    draw();
    item.querySelector('[data-act="fact"]').addEventListener("click", () => {
      const free = Object.keys(this.data.fields).find((name) => !(name in example.facts));
      example.facts[free] = this.#blankFact(free);
      draw();
      facts.lastElementChild.querySelector("select").focus();
      this.changed();
    });
    item.querySelector('[data-act="remove"]').addEventListener("click", () => {
      this.examples.splice(index, 1);
      this.draw();
      (this.list.children[Math.min(index, this.examples.length - 1)]?.querySelector("[data-at]") ?? this.button).focus();
      this.say("Example removed.");
      this.changed();
    });
    item.querySelector('[data-act="clone"]').addEventListener("click", () => this.#add(JSON.parse(JSON.stringify(example))));
    for (const act of ["remove", "clone"]) item.querySelector(`[data-act="${act}"]`).setAttribute("aria-label", `${act === "clone" ? "Copy" : "Remove"} example ${index + 1}`);
    return item;
  }

  #set(holder, key, value) {
    holder[key] = value;
    this.changed();
  }

  #expect(example, index) {
    const words = this.expects();
    const label = `What example ${index + 1} expects`;
    if (!words) return editor({ kind: "number", options: [], parts: [] }, "one", example.expect, (value) => this.#set(example, "expect", value), label);
    const picker = select(words.map((word) => [word, word.toLowerCase().replaceAll("_", " ")]), String(example.expect), label);
    picker.addEventListener("change", () => this.#set(example, "expect", picker.value));
    return picker;
  }

  #blankFact(name) {
    const field = this.data.fields[name];
    if (field.many) return [];
    return field.kind === "boolean" ? true : (field.options[0]?.[0] ?? "");
  }

  #fact(example, name, index, redraw) {
    const field = this.data.fields[name];
    const label = `${field?.label ?? name}, example ${index + 1}`;
    const picker = element("select", { "aria-label": `Fact of example ${index + 1}: ${field?.label ?? name}` });
    fillFields(picker, this.data.fields, Object.keys(this.data.fields).filter((each) => each === name || !(each in example.facts)), name);
    picker.addEventListener("change", () => {
      const entries = Object.entries(example.facts).map(([key, value]) => (key === name ? [picker.value, this.#blankFact(picker.value)] : [key, value]));
      example.facts = Object.fromEntries(entries);
      redraw();
      [...this.list.children[index].querySelectorAll("[data-facts] select")].find((each) => each.value === picker.value)?.focus();
      this.changed();
    });
    const remove = element("button", { type: "button", "aria-label": `Remove ${label}` }, "Remove");
    remove.addEventListener("click", () => {
      delete example.facts[name];
      redraw();
      this.list.children[index].querySelector('[data-act="fact"]').focus();
      this.changed();
    });
    const value = field ? [editor(field, field.many ? "list" : "one", example.facts[name], (given) => this.#set(example.facts, name, given), label)] : [];
    return element("li", { class: "fl-row-line", "data-place": `/examples/${index}/facts/${name}` }, picker, element("span", {}, " is "), ...value, remove);
  }
}
