/* What the server says of the rule, shown: the sentence, how many things are to mend, and each problem at its place.
 *
 * <section class="fl-said"><div data-sentence>…</div><div data-problems role="status">…</div></section>
 */
import { element } from "./dom.js";
import { place } from "./problems.js";

const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/* Show an answer, null where none came. */
export function showAnswer(form, answer, isFresh) {
  const summary = form.querySelector("[data-problems]");
  if (!answer) {
    summary.replaceChildren(element("p", {}, "The preview does not answer. Saving still checks everything."));
    return;
  }
  form.querySelector("[data-sentence]").textContent = answer.sentence || "Not complete yet.";
  const elsewhere = place(form, answer.problems, answer.findings, isFresh);
  const lines = [...verdict(answer), ...elsewhere.map((problem) => problem.detail)];
  if (summary.textContent !== lines.join("")) summary.replaceChildren(...lines.map((text) => element("p", {}, text)));
}

function verdict({ problems, findings, examples }) {
  const failing = examples.filter((example) => !example.passed).length;
  const lines = [];
  if (problems.length) lines.push(`${counted(problems.length, "thing", "things")} to mend.`);
  if (findings.length) lines.push(`${counted(findings.length, "thing", "things")} to look at.`);
  if (failing) lines.push(`${counted(failing, "example comes", "examples come")} out differently.`);
  return lines.length ? lines : ["The rule is sound."];
}
