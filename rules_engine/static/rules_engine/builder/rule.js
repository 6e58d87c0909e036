/* The rule form: rows and inputs over one textarea that holds the rule as JSON. Without this module the textarea is the form.
 *
 * <form data-rule data-preview="…"><div data-builder hidden>…</div><details data-json open><textarea name="body">…</details>
 */
import { showAnswer } from "./answers.js";
import { factsAsked } from "./cases.js";
import { idOf, put, read, withKind, write } from "./document.js";
import { Examples } from "./examples.js";
import { History } from "./history.js";
import { showKeys } from "./keys.js";
import * as parts from "./parts.js";
import { watchPresence } from "./presence.js";
import { previewer } from "./preview.js";
import { Rows } from "./rows.js";
import { UndoButtons } from "./undo.js";

class RuleForm {
  constructor(form) {
    this.form = form;
    this.data = JSON.parse(document.getElementById("builder-data").textContent);
    this.textarea = form.elements.body;
    this.json = form.querySelector("[data-json]");
    this.kind = form.querySelector("[data-rule-kind]");
    this.history = null;
    this.focusesFault = document.querySelector("[data-server-problems]") !== null;
    this.say = (text) => { form.querySelector("[data-live]").textContent = text; };
    this.preview = previewer(form, () => this.textarea.value, (answer) => this.#told(answer));
    this.when = this.#rows("when");
    this.asks = this.kind && this.#rows("asks");
    this.examples = new Examples(form.querySelector("[data-examples]"), {
      data: this.data,
      examples: () => this.state.examples,
      expects: () => this.data.expects[this.kind ? this.state.kind : this.data.stage],
      asked: () => factsAsked([write(this.state).when, write(this.state)[this.state.kind]]),
      commit: (examples, step) => this.commit({ ...this.state, examples }, step),
      say: this.say,
    });
    this.undoing = new UndoButtons(form, { undo: () => this.history.undo(), redo: () => this.history.redo(), arrived: () => this.#arrived(), say: this.say });
    this.#listen();
    this.json.open = false;
    this.#load();
  }

  get state() {
    return this.history.state;
  }

  #rows(part) {
    return new Rows(this.form.querySelector(`[data-conditions="${part}"]`), {
      data: this.data,
      root: () => this.state[part],
      commit: (root, { said, mark }) => this.commit({ ...this.state, [part]: root }, { said, mark: mark && `${part} ${mark}` }),
      say: this.say,
    });
  }

  #listen() {
    parts.bind(this.form, (control, value) => this.#setPart(control, value));
    this.kind?.addEventListener("change", () => this.commit(this.#fitted(withKind(this.state, this.kind.value)), { said: "kind changed" }));
    this.textarea.addEventListener("change", () => this.#load());
    this.form.addEventListener("focusout", ({ target }) => {
      target.closest(".fl-field, [data-row], [data-root], .fl-example")?.setAttribute("data-touched", "");
      this.history?.seal();
    });
    showKeys(this.form.querySelector("[data-keys]"));
  }

  /* Take a new state, and show it everywhere. */
  commit(state, step) {
    this.history.commit(state, step);
    this.#arrived();
  }

  #arrived() {
    this.#draw();
    this.textarea.value = JSON.stringify(write(this.state), null, 2);
    this.preview();
  }

  #draw() {
    if (this.kind) this.kind.value = this.state.kind;
    this.when.render();
    this.asks?.render();
    this.examples.render();
    parts.showAll(this.form, this.state.body);
    for (const field of this.form.querySelectorAll("[data-only]")) field.hidden = !this.#fits(field, this.state);
    this.undoing.show(this.history);
  }

  /* Fill the form from the textarea; say so where the form cannot show what stands there. */
  #load() {
    try {
      const state = read(JSON.parse(this.textarea.value), this.data.stage);
      if (this.history) this.history.commit(state, { said: "JSON changed" });
      else this.history = new History(state);
      this.#draw();
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)) throw error;
      this.json.open = true;
      this.form.querySelector("[data-builder]").hidden = true;
      this.say("The form cannot show this JSON. Mend it in the text.");
      this.preview();
      return;
    }
    this.form.querySelector("[data-builder]").hidden = false;
    this.preview();
  }

  #setPart(control, value) {
    const { path } = control.dataset;
    let body = put(this.state.body, path, value);
    if (path === "/id") control.dataset.typed = "";
    else if (path === "/name") body = this.#withSuggestedId(body, String(value ?? ""));
    const state = { ...this.state, body };
    this.commit(path === "/effect" ? this.#fitted(state) : state, { said: "rule changed", mark: path });
  }

  /* A new rule's id follows its name until somebody types one. */
  #withSuggestedId(body, name) {
    const isFree = this.form.dataset.new === "true" && !("typed" in this.form.querySelector('[data-path="/id"]').dataset);
    return isFree ? { ...body, id: idOf(name) } : body;
  }

  #fits(field, { kind, body }) {
    return field.dataset.only.split(" ").includes(this.kind ? kind : body.effect);
  }

  /* A requirement has a reason, a preference a weight: what makes no sense any more leaves the rule. */
  #fitted(state) {
    const gone = [...this.form.querySelectorAll("[data-only]")].filter((field) => !this.#fits(field, state));
    const kept = new Set([...this.form.querySelectorAll("[data-only]")].filter((field) => this.#fits(field, state)).map((field) => field.dataset.place));
    const paths = gone.map((field) => field.dataset.place).filter((path) => !kept.has(path));
    return { ...state, body: paths.reduce((body, path) => put(body, path, undefined), state.body) };
  }

  /* In a new rule an input or a group nobody has been to yet is not wrong, only empty; so is a new row. */
  #isFresh(home) {
    if (home.matches(".fl-field, [data-root]")) return this.form.dataset.new === "true" && !this.focusesFault && !("touched" in home.dataset);
    return home.matches("[data-row=leaf]") && !("touched" in home.dataset) && home.querySelector("[data-field]").value === "";
  }

  #told(answer) {
    if (answer && this.history) {
      this.when.mark("/when");
      this.asks?.mark(`/${this.state.kind}`);
      this.examples.results(answer.examples);
    }
    showAnswer(this.form, answer, (home) => this.#isFresh(home));
    if (answer && this.focusesFault) this.form.querySelector("[aria-invalid]")?.focus();
    if (answer) this.focusesFault = false;
  }
}

const form = document.querySelector("[data-rule]");
if (form) {
  const { say } = new RuleForm(form);
  const notice = form.querySelector("[data-presence]");
  if (notice) watchPresence(notice, form.elements.csrfmiddlewaretoken.value, say);
}
