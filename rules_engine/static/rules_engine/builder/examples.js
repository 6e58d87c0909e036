/* Examples of a rule: when, with which facts, and what must come out.
 *
 * <section data-examples>… <ol data-list><li class="fl-example" data-place="/examples/0">…</li></ol> <button data-add></section>
 */
import { blankExample, blankFact, copyOf, inserted, renamedFact, replaced, withFact, withoutFact } from "./cases.js";
import { FieldPicker } from "./combobox.js";
import { element, fromTemplate, select } from "./dom.js";
import { showResult } from "./results.js";
import { editor } from "./values.js";

export class Examples {
  #drawn = [];

  /* `examples()` as they stand; `expects()` the words on offer, none for a number; `asked()` the fields the rule reads. */
  constructor(section, { data, examples, expects, asked, commit, say }) {
    Object.assign(this, { data, examples, expects, asked, commit, say });
    this.list = section.querySelector("[data-list]");
    this.button = section.querySelector("[data-add]");
    this.button.addEventListener("click", () => this.#add(this.examples().length, blankExample(this.expects()?.[0] ?? 0, new Date()), "Example added."));
  }

  /* Draw the examples as they stand; one that is drawn already stays. */
  render() {
    const kept = new Map(this.#drawn.map((item) => [item.example, item]));
    this.#drawn = this.examples().map((example) => kept.get(example) ?? { example, element: this.#item(example) });
    const elements = this.#drawn.map((item) => item.element);
    if (elements.length !== this.list.children.length || elements.some((each, index) => each !== this.list.children[index])) this.list.replaceChildren(...elements);
    elements.forEach((each, index) => number(each, index));
  }

  /* Show how each came out, as the server says. */
  results(results) {
    this.#drawn.forEach(({ element: item }, index) => showResult(item, results[index]));
  }

  focus(index) {
    (this.list.children[index]?.querySelector('[data-act="fact"]') ?? this.button).focus();
  }

  #index(item) {
    return [...this.list.children].indexOf(item);
  }

  #add(index, example, said) {
    this.commit(inserted(this.examples(), index, example), { said: "example added" });
    this.focus(index);
    this.say(said);
  }

  /* Take a changed example; `isDrawn` says that its element shows the change already. */
  #set(item, example, isDrawn = true) {
    const index = this.#index(item);
    if (isDrawn) this.#drawn[index] = { example, element: item };
    this.commit(replaced(this.examples(), index, example), { said: "example changed", mark: isDrawn ? item : null });
  }

  #item(example) {
    const item = fromTemplate("example");
    const at = item.querySelector("[data-at]");
    at.value = String(example.at ?? "").slice(0, 16);
    const now = () => this.examples()[this.#index(item)];
    at.addEventListener("input", () => this.#set(item, { ...now(), at: at.value ? `${at.value}:00Z` : "" }));
    item.querySelector("[data-expect]").append(this.#expect(example, (expect) => this.#set(item, { ...now(), expect })));
    item.querySelector("[data-facts]").append(...Object.keys(example.facts).map((name) => this.#fact(item, example, name, now)));
    item.querySelector('[data-act="fact"]').addEventListener("click", () => this.#addFact(item, now()));
    item.querySelector('[data-act="clone"]').addEventListener("click", () => this.#add(this.#index(item) + 1, copyOf(now()), "Example copied."));
    item.querySelector('[data-act="remove"]').addEventListener("click", () => this.#remove(this.#index(item)));
    item.querySelector('[data-act="mend"]').addEventListener("click", ({ target }) => {
      this.#set(item, { ...now(), expect: target.expect }, false);
      this.focus(this.#drawn.findIndex(({ example: { expect } }) => expect === target.expect));
      this.say("The example expects what the rule gives.");
    });
    return item;
  }

  #remove(index) {
    this.commit(replaced(this.examples(), index), { said: "example removed" });
    this.focus(Math.min(index, this.examples().length - 1));
    this.say("Example removed.");
  }

  #expect(example, change) {
    const words = this.expects();
    if (!words) return editor({ kind: "number", options: [], parts: [] }, "one", example.expect, change, "Expect");
    const picker = select(words.map((word) => [word, word.toLowerCase().replaceAll("_", " ")]), String(example.expect), "Expect");
    picker.addEventListener("change", () => change(picker.value));
    return picker;
  }

  /* The next fact is one the rule asks for, while there is any it does not know. */
  #addFact(item, example) {
    const free = [...this.asked(), ...Object.keys(this.data.fields)].find((name) => name in this.data.fields && !(name in example.facts));
    if (!free) return;
    const index = this.#index(item);
    this.#set(item, withFact(example, free, blankFact(this.data.fields[free])), false);
    this.list.children[index].querySelector("[data-facts] > li:last-child input").focus();
    this.say("Fact added.");
  }

  #fact(item, example, name, now) {
    const field = this.data.fields[name];
    const names = () => Object.keys(this.data.fields).filter((each) => each === name || !(each in now().facts));
    const rename = (other) => {
      const [index, place] = [this.#index(item), Object.keys(now().facts).indexOf(name)];
      this.#set(item, renamedFact(now(), name, other, blankFact(this.data.fields[other])), false);
      this.list.children[index].querySelectorAll("[data-facts] > li")[place].querySelector("input").focus();
    };
    const picker = new FieldPicker({ data: this.data, say: this.say, label: "Fact", names, value: name, chosen: rename });
    const remove = element("button", { type: "button", class: "fl-plain" }, "Remove");
    remove.setAttribute("aria-label", `Remove the fact ${field?.label ?? name}`);
    remove.addEventListener("click", () => this.#removeFact(item, now(), name));
    const value = field ? [editor(field, field.many ? "list" : "one", example.facts[name], (given) => this.#set(item, withFact(now(), name, given)), field.label)] : [];
    return element("li", { class: "fl-row-line", "data-fact": name }, picker.element, element("span", {}, field?.many ? "are" : "is"), ...value, remove);
  }

  #removeFact(item, example, name) {
    const index = this.#index(item);
    this.#set(item, withoutFact(example, name), false);
    this.list.children[index].querySelector('[data-act="fact"]').focus();
    this.say("Fact removed.");
  }
}

function number(item, index) {
  item.dataset.place = `/examples/${index}`;
  item.setAttribute("aria-label", `Example ${index + 1}`);
  item.querySelector("[data-number]").textContent = `Example ${index + 1}`;
  for (const fact of item.querySelectorAll("[data-fact]")) fact.dataset.place = `/examples/${index}/facts/${fact.dataset.fact}`;
}
