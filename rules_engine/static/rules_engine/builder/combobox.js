/* A searchable picker of fields: an editable combobox with a grouped listbox (the ARIA pattern). The list is drawn when opened.
 *
 * <span class="fl-combo"><input role="combobox" …><div role="listbox" hidden><div role="group">… <div role="option">…</div></div></div></span>
 */
import { element, uniqueId } from "./dom.js";
import { searchFields } from "./search.js";

const PLACEHOLDER = "Choose a field";

export class FieldPicker {
  /* `names()` are the fields on offer, `chosen(name)` is called with the one taken, `say(text)` tells a screen reader. */
  constructor({ data, label, names, value = "", chosen, say }) {
    Object.assign(this, { data, names, chosen, say, value, options: [], active: -1 });
    this.list = element("div", { role: "listbox", id: uniqueId("fields"), class: "fl-listbox", "aria-label": "Fields on offer", hidden: true });
    this.help = element("span", { class: "visually-hidden", id: uniqueId("help") });
    this.input = element("input", { type: "text", role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-describedby": this.help.id, autocomplete: "off", spellcheck: "false", placeholder: PLACEHOLDER, "data-field": true });
    this.element = element("span", { class: "fl-combo" }, this.input, this.help, this.list);
    this.input.addEventListener("input", () => this.#open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("click", () => (this.isOpen ? this.#close() : this.#open("")));
    this.input.addEventListener("blur", () => this.#leave());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => this.#take(target.closest("[role=option]")));
    this.show(value);
  }

  get isOpen() {
    return !this.list.hidden;
  }

  show(value) {
    this.value = value;
    const field = this.data.fields[value];
    this.input.value = field?.label ?? value;
    this.input.title = field?.help ?? "";
    this.help.textContent = field ? [field.help, field.example && `For example ${field.example}.`].filter(Boolean).join(" ") : "Type to search the fields.";
  }

  #open(text) {
    const groups = searchFields(this.data.fields, this.names(), text);
    this.list.replaceChildren(...groups.map(({ group, names }) => this.#group(group, names)));
    if (!groups.length) this.list.append(element("p", { class: "fl-quiet" }, "No field matches."));
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    if (text) this.say(this.options.length ? `${this.options.length} field${this.options.length === 1 ? "" : "s"}.` : "No field matches.");
    this.#activate(text ? 0 : this.options.findIndex((option) => option.dataset.value === this.value));
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #group(group, names) {
    const heading = element("div", { class: "fl-listbox-heading", id: uniqueId("group"), role: "presentation" }, group);
    return element("div", { role: "group", "aria-labelledby": heading.id }, heading, ...names.map((name) => this.#option(name)));
  }

  #option(name) {
    const { label, help, example } = this.data.fields[name];
    const such = example ? element("span", { class: "fl-listbox-example" }, example) : "";
    const made = element("div", { role: "option", id: uniqueId("option"), "data-value": name, "aria-selected": String(name === this.value) }, element("span", {}, label), such);
    if (help) made.append(element("small", {}, help));
    return made;
  }

  #activate(index) {
    this.options[this.active]?.removeAttribute("data-active");
    this.active = Math.min(Math.max(index, -1), this.options.length - 1);
    const option = this.options[this.active];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.dataset.active = "";
    option.scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", option.id);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !this.isOpen) this.#open("");
    else if (step) this.#activate(this.active + step);
    else if (event.key === "Enter" && this.isOpen) this.#take(this.options[this.active]);
    else if (event.key === "Escape" && this.isOpen) this.#restore();
    else if (event.key !== "Enter") return;
    event.preventDefault();
  }

  #take(option) {
    this.#close();
    if (!option) return this.show(this.value);
    const isNew = option.dataset.value !== this.value;
    this.show(option.dataset.value);
    return isNew && this.chosen(this.value);
  }

  #restore() {
    this.#close();
    this.show(this.value);
    this.input.select();
  }

  /* Who types a whole name and tabs on has chosen it; anything else goes back to what it was. */
  #leave() {
    const typed = this.isOpen && this.input.value !== "" && this.options[this.active]?.firstChild.textContent.toLowerCase() === this.input.value.trim().toLowerCase();
    if (typed) this.#take(this.options[this.active]);
    else if (this.isOpen || this.input.value !== (this.data.fields[this.value]?.label ?? this.value)) {
      this.#close();
      this.show(this.value);
    }
  }
}
