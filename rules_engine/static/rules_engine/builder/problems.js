/* Problems at the place at fault: the element whose data-place is the longest beginning of the problem's JSON pointer. */
import { element, uniqueId } from "./dom.js";

const BY_STEP = { field: "[data-field]", op: "[data-op]", value: "[data-operand] :is(input, select, summary)", ref: "[data-operand] select:not(.fl-sort)", key: "[data-operand] :is(select, input)", at: "[data-at]", expect: "[data-expect] :is(input, select)" };

/* Show each problem at its place, and return those that have none; `isFresh(home)` says where it is too early. */
export function place(form, problems, isFresh) {
  clear(form);
  const elsewhere = [];
  for (const problem of problems) {
    const home = closest(form, problem.pointer);
    if (!home) elsewhere.push(problem);
    else if (!isFresh(home)) put(home, problem);
  }
  return elsewhere;
}

function clear(form) {
  for (const said of form.querySelectorAll("[data-problem]")) said.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    describe(control, control.dataset.described ?? "");
  }
}

function closest(form, pointer) {
  let best = null;
  for (const each of form.querySelectorAll("[data-place]")) {
    const at = each.dataset.place;
    if (each.closest("[hidden]") || !(pointer === at || pointer.startsWith(`${at}/`))) continue;
    if (!best || at.length >= best.dataset.place.length) best = each;
  }
  return best;
}

function put(home, { pointer, detail }) {
  const step = pointer.slice(home.dataset.place.length).split("/")[1];
  const control = home.querySelector(BY_STEP[step] ?? "input, select, textarea, summary") ?? home.querySelector("input, select, textarea, button");
  const said = element("p", { class: "fl-problem", id: uniqueId("problem"), "data-problem": true }, detail);
  home.append(said);
  if (!control) return;
  if (!("described" in control.dataset)) control.dataset.described = control.getAttribute("aria-describedby") ?? "";
  control.setAttribute("aria-invalid", "true");
  describe(control, `${control.getAttribute("aria-describedby") ?? ""} ${said.id}`.trim());
}

function describe(control, ids) {
  if (ids) control.setAttribute("aria-describedby", ids);
  else control.removeAttribute("aria-describedby");
}
