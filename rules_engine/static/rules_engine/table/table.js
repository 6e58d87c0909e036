/* The form of a decision table: the sheet and a few inputs over one textarea that holds the rule as JSON. Without this module
 * the textarea is the form.
 *
 * <form data-table data-preview="…"><div data-builder hidden>…</div><details data-json open><textarea name="body">…</details>
 */
import { get, idOf, put } from "../builder/document.js";
import { Examples } from "../builder/examples.js";
import * as parts from "../builder/parts.js";
import { watchPresence } from "../builder/presence.js";
import { previewer } from "../builder/preview.js";
import { place } from "../builder/problems.js";
import { finder } from "./findings.js";
import { Sheet } from "./sheet.js";
import { tell } from "./told.js";

function start(form) {
  const data = JSON.parse(document.getElementById("builder-data").textContent);
  const textarea = form.elements.body;
  const json = form.querySelector("[data-json]");
  const live = form.querySelector("[data-live]");
  const fields = [...form.querySelectorAll("[data-fields]")];
  let body = {};

  const say = (text) => { live.textContent = text; };
  const sheet = new Sheet(form.querySelector("[data-sheet]"), { data, changed, say });
  const examples = new Examples(form.querySelector("[data-examples]"), {
    data,
    examples: () => body.examples ?? [],
    expects: () => data.expects[data.stage],
    asked: () => sheet.table.inputs.map(({ field }) => field),
    commit: setExamples,
    say,
  });
  const find = finder(form, sheet, () => textarea.value);
  const preview = previewer(form, () => textarea.value, show);

  /* Write the textarea from what the form holds. */
  function changed() {
    body = put(body, "/table", sheet.table);
    textarea.value = JSON.stringify(body, null, 2);
    preview();
  }

  function setExamples(list) {
    body = put(body, "/examples", list.length ? list : undefined);
    examples.render();
    changed();
  }

  /* Fill the form from the textarea; say so where the form cannot show what stands there. */
  function load() {
    try {
      const read = JSON.parse(textarea.value);
      sheet.load(read.table);
      body = read;
      examples.render();
    } catch {
      reveal(false);
      return;
    }
    parts.showAll(form, body);
    reveal(true);
  }

  function reveal(isShown) {
    form.querySelector("[data-builder]").hidden = !isShown;
    if (!isShown) json.open = true;
    if (!isShown) say("The grid cannot show this JSON. Mend it in the text.");
    preview();
  }

  function show(answer) {
    find();
    if (!answer) {
      form.querySelector("[data-problems]").textContent = "The preview does not answer. Saving still checks everything.";
      return;
    }
    form.querySelector("[data-sentence]").textContent = answer.sentence || "Not complete yet.";
    examples.results(answer.examples);
    const { placed, elsewhere } = sheet.show(answer.problems);
    const failing = answer.examples.filter((example) => !example.passed).length;
    const homeless = fields.reduce((problems, section) => place(section, problems, [], () => false), elsewhere);
    tell(form.querySelector("[data-told]"), { count: answer.problems.length, placed, elsewhere: homeless, failing, visit: (to) => sheet.visit(to) });
  }

  /* A new table's id follows its name until somebody types one. */
  function suggestId(control) {
    const id = form.querySelector('[data-path="/id"]');
    if (control === id) id.dataset.typed = "";
    if (form.dataset.new !== "true" || control.dataset.path !== "/name" || "typed" in id.dataset) return;
    body = put(body, "/id", idOf(get(body, "/name") ?? ""));
    parts.showAll(form, body);
  }

  parts.bind(form, (control, value) => {
    body = put(body, control.dataset.path, value);
    suggestId(control);
    changed();
  });
  textarea.addEventListener("change", load);
  json.open = false;
  load();
  const notice = form.querySelector("[data-presence]");
  if (notice) watchPresence(notice, form.elements.csrfmiddlewaretoken.value, say);
}

const form = document.querySelector("[data-table]");
if (form) start(form);
