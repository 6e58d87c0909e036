/* What the server says of a rule, at the place at fault: the element whose data-place is the longest beginning of the JSON pointer. */
import { element, uniqueId } from "./dom.js";

const BY_STEP = { field: "[data-field]", op: "[data-op]", value: "[data-operand] :is(input, select:not(.fl-sort), summary)", ref: "[data-operand] :is(input, select:not(.fl-sort))", list: "[data-operand] select:not(.fl-sort)", key: "[data-operand] :is(select, input)", at: "[data-at]", expect: "[data-expect] :is(input, select)" };

/* Show each problem and finding at its place, and return the problems that have none; `isFresh(home)` says where it is too early. */
export function place(form, problems, findings, isFresh) {
  clear(form);
  const homes = new Map([...form.querySelectorAll("[data-place]")].filter((each) => !each.closest("[hidden]")).map((each) => [each.dataset.place, each]));
  const elsewhere = [];
  for (const problem of problems) {
    const home = closest(homes, problem.pointer);
    if (!home) elsewhere.push(problem);
    else if (!isFresh(home)) accuse(home, problem);
  }
  for (const finding of findings) remark(homes, finding);
  return elsewhere;
}

function clear(form) {
  for (const said of form.querySelectorAll("[data-problem]")) said.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    describe(control, control.dataset.described ?? "");
  }
}

/* Return the element of a pointer, or of what it lies in. */
function closest(homes, pointer) {
  for (let at = pointer; at; at = at.slice(0, at.lastIndexOf("/"))) if (homes.has(at)) return homes.get(at);
  return homes.get("");
}

const stand = (home, said) => (home.querySelector(":scope > [data-said]") ?? home).append(said);

function accuse(home, { pointer, detail }) {
  const step = pointer.slice(home.dataset.place.length).split("/")[1];
  const control = home.querySelector(BY_STEP[step] ?? "input, select, textarea, summary") ?? home.querySelector("input, select, textarea, button");
  const said = element("p", { class: "fl-problem", id: uniqueId("problem"), "data-problem": true }, detail);
  stand(home, said);
  if (!control) return;
  if (!("described" in control.dataset)) control.dataset.described = control.getAttribute("aria-describedby") ?? "";
  control.setAttribute("aria-invalid", "true");
  describe(control, `${control.getAttribute("aria-describedby") ?? ""} ${said.id}`.trim());
}

/* A finding stands on every row that has a part in it, each with a way to the others. */
function remark(homes, { message, pointers }) {
  const rows = pointers.map((pointer) => closest(homes, pointer)).filter(Boolean);
  for (const row of new Set(rows)) {
    const others = [...new Set(rows)].filter((other) => other !== row);
    const said = element("p", { class: "fl-problem", "data-tone": "warn", "data-problem": true }, `${message} `, ...others.map(wayTo));
    stand(row, said);
  }
}

function wayTo(row) {
  const name = row.querySelector("[data-body]")?.getAttribute("aria-label") ?? "the other row";
  const button = element("button", { type: "button", class: "fl-plain" }, `Go to ${name[0].toLowerCase()}${name.slice(1)}`);
  button.addEventListener("click", () => row.querySelector("input, select").focus());
  return button;
}

function describe(control, ids) {
  if (ids) control.setAttribute("aria-describedby", ids);
  else control.removeAttribute("aria-describedby");
}
