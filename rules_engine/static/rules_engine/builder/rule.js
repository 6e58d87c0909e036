/* The rule form: rows and inputs over one textarea that holds the rule as JSON. Without this module the textarea is the form.
 *
 * <form data-rule data-preview="…"><div data-builder hidden>…</div><details data-json open><textarea name="body">…</details>
 */
import { Examples } from "./examples.js";
import * as parts from "./parts.js";
import { previewer } from "./preview.js";
import { place } from "./problems.js";
import { Rows } from "./rows.js";
import { readRoot, writeRoot } from "./tree.js";

const ASKS = ["require", "prefer"];

function start(form) {
  const data = JSON.parse(document.getElementById("builder-data").textContent);
  const textarea = form.elements.body;
  const json = form.querySelector("[data-json]");
  const live = form.querySelector("[data-live]");
  const kind = form.querySelector("[data-rule-kind]");
  const asks = form.querySelector('[data-conditions="asks"]');
  let body = {};
  let focusFault = document.querySelector("[data-server-problems]") !== null;

  const say = (text) => { live.textContent = text; };
  const expects = () => data.expects[data.stage === "eligibility" ? kind.value : data.stage];
  const when = new Rows(form.querySelector('[data-conditions="when"]'), { data, always: "No conditions: it always applies.", changed, say });
  const asked = asks && new Rows(asks, { data, always: "Add at least one condition.", changed, say });
  const examples = new Examples(form.querySelector("[data-examples]"), { data, expects, changed, say });
  const preview = previewer(form, () => textarea.value, told);

  /* In a new rule an input nobody has been to yet is not wrong, only empty. */
  const isNew = form.dataset.new === "true" && !focusFault;
  const isFresh = (home) => isNew && !("touched" in home.dataset) && home.matches(".fl-field");
  form.addEventListener("focusout", ({ target }) => { target.closest(".fl-field")?.setAttribute("data-touched", ""); });

  /* Write the textarea from what the form holds. */
  function changed() {
    parts.put(body, "/when", writeRoot(when.root));
    if (asked) body[kind.value] = writeRoot(asked.root, true);
    parts.put(body, "/examples", examples.examples.length ? examples.examples : undefined);
    textarea.value = JSON.stringify(body, null, 2);
    preview();
  }

  /* Fill the form from the textarea; say so where the form cannot show what stands there. */
  function load() {
    try {
      const read = JSON.parse(textarea.value);
      const list = read.examples ?? [];
      if (!list.every((example) => typeof example.facts === "object" && example.facts)) throw new TypeError("Facts are an object.");
      const [root, ask] = [readRoot(read.when), ASKS.find((key) => key in read) ?? "require"];
      const askRoot = asked && readRoot(read[ask]);
      body = read;
      if (kind) kind.value = ask;
      when.load(root, "/when");
      asked?.load(askRoot, `/${ask}`);
      examples.load(list);
    } catch {
      show(false);
      return;
    }
    for (const control of form.querySelectorAll("[data-path]")) parts.show(control, parts.get(body, control.dataset.path));
    fit();
    show(true);
  }

  function show(isShown) {
    form.querySelector("[data-builder]").hidden = !isShown;
    if (!isShown) json.open = true;
    if (!isShown) say("The form cannot show this JSON. Mend it in the text.");
    preview();
  }

  /* A requirement has a reason, a preference a weight: what makes no sense is out of sight and, on a change, out of the rule. */
  function fit(take = false) {
    const mode = kind ? kind.value : body.effect;
    for (const field of form.querySelectorAll("[data-only]")) {
      field.hidden = !field.dataset.only.split(" ").includes(mode);
      const control = field.querySelector("[data-path]");
      if (!take || !field.hidden) continue;
      control.value = "";
      parts.put(body, control.dataset.path, undefined);
    }
  }

  function changeKind() {
    for (const key of ASKS) delete body[key];
    asked.base = `/${kind.value}`;
    asked.draw();
    fit(true);
    changed();
  }

  function told(answer) {
    const summary = form.querySelector("[data-problems]");
    if (!answer) {
      summary.textContent = "The preview does not answer. Saving still checks everything.";
      return;
    }
    form.querySelector("[data-sentence]").textContent = answer.sentence || "Not complete yet.";
    examples.results(answer.examples);
    const elsewhere = place(form, answer.problems, isFresh);
    const count = answer.problems.length;
    const failing = answer.examples.filter((example) => !example.passed).length;
    const lines = [count ? `${count} thing${count === 1 ? "" : "s"} to mend.` : "The rule is sound.", ...elsewhere.map((problem) => problem.detail)];
    if (failing) lines.push(`${failing} example${failing === 1 ? "" : "s"} come${failing === 1 ? "s" : ""} out differently.`);
    summary.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    if (focusFault) form.querySelector("[aria-invalid]")?.focus();
    focusFault = false;
  }

  /* A new rule's id follows its name until somebody types one. */
  function suggestId(control) {
    const id = form.querySelector('[data-path="/id"]');
    if (control === id) id.dataset.typed = "";
    if (form.dataset.new !== "true" || control.dataset.path !== "/name" || "typed" in id.dataset) return;
    id.value = control.value.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
    body.id = id.value;
  }

  parts.bind(form, () => body, (control) => {
    suggestId(control);
    if (control.dataset.path === "/effect") fit(true);
    changed();
  });
  kind?.addEventListener("change", changeKind);
  textarea.addEventListener("change", load);
  json.open = false;
  load();
}

const form = document.querySelector("[data-rule]");
if (form) start(form);
