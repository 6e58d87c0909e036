/* Inputs bound to places of the rule: <input data-path="/citation/source" data-type="text">. */
import { get } from "./document.js";

function read(control) {
  const text = control.value.trim();
  if (text === "") return undefined;
  if (control.dataset.type === "number") return Number.isNaN(Number(text)) ? text : Number(text);
  if (control.dataset.type === "list") return text.split(",").map((each) => each.trim()).filter(Boolean);
  return control.value;
}

function show(control, value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === text)) control.add(new Option(text, text));
  if (control.value !== text) control.value = text;
}

/* Fill the inputs from the rule; the one being typed in says it already. */
export function showAll(form, body) {
  for (const control of form.querySelectorAll("[data-path]")) {
    if (control !== document.activeElement || read(control) !== get(body, control.dataset.path)) show(control, get(body, control.dataset.path));
  }
}

/* `changed(control, value)` is called as each is edited; undefined where it was emptied. */
export function bind(form, changed) {
  for (const control of form.querySelectorAll("[data-path]")) control.addEventListener("input", () => changed(control, read(control)));
}
