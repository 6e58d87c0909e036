/* What the prover finds in the table, above the grid: each finding with the rows it is about and a lead that shows it.
 *
 * <details data-found><summary>2 findings</summary><ul><li><span class="fl-badge">…</span> … <button>Row 3</button>
 *   <details><summary>Example lead</summary><dl>…</dl></details></li></ul></details>
 */
import { element } from "../builder/dom.js";
import { previewer } from "../builder/preview.js";
import { counted, link } from "./told.js";

/* Return a function that asks for the findings of the form's text, and shows them when they come. */
export function finder(form, sheet, text) {
  const found = form.querySelector("[data-found]");
  const asked = { dataset: { preview: form.dataset.findings }, elements: form.elements };
  return previewer(asked, text, (answer) => {
    const findings = answer?.findings ?? [];
    found.querySelector("summary span").textContent = summary(answer);
    found.querySelector("ul").replaceChildren(...findings.map((finding) => item(finding, sheet)));
  });
}

function summary(answer) {
  if (!answer) return "The search for overlaps and gaps does not answer.";
  if (!answer.findings) return "Overlaps and gaps are looked for once the table is sound.";
  return answer.findings.length ? `${counted(answer.findings.length, "finding", "findings")}.` : "No overlaps, gaps or idle rows.";
}

function item({ title, tone, message, pointers, lead }, sheet) {
  const rows = pointers.map((pointer) => sheet.placeOf(pointer)).filter(Boolean);
  const links = rows.map(({ place, called }) => link(called.split(",")[0], () => sheet.visit(place)));
  const line = element("li", {}, element("span", { class: "fl-badge", "data-tone": tone }, title), element("span", {}, message), ...links);
  if (lead.length) line.append(example(lead));
  return line;
}

function example(lead) {
  const facts = lead.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  return element("details", {}, element("summary", {}, "Example lead"), element("dl", { class: "fl-facts" }, ...facts));
}
