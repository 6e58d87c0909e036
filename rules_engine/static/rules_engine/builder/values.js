/* Editors of values by kind and shape. Each returns an element and calls `change(value)` as it is edited. */
import { choices } from "./choices.js";
import { element, select, uniqueId } from "./dom.js";
import { joined, readText, shownText, splitText } from "./texts.js";

const INPUTS = { number: "number", money: "number", date: "date", time: "time", datetime: "datetime-local" };

function input(field, value, change, label, type = INPUTS[field.kind] ?? "text") {
  const hint = type === "text" && field.example && !field.many ? `such as ${field.example}` : undefined;
  const made = element("input", { type, "aria-label": label, placeholder: hint, "data-kind": field.kind });
  if (type === "number") made.step = "any";
  made.value = shownText(field.kind, value);
  made.addEventListener("input", () => change(readText(field.kind, made.value)));
  return made;
}

function one(field, value, change, label) {
  if (field.kind === "boolean") {
    const made = select([["true", "yes"], ["false", "no"]], String(value), label);
    made.addEventListener("change", () => change(made.value === "true"));
    return made;
  }
  if (field.options.length) {
    const made = select(field.options, String(value ?? ""), label);
    made.addEventListener("change", () => change(made.value));
    return made;
  }
  const made = input(field, value, change, field.kind === "datetime" ? `${label}, UTC` : label);
  return field.kind === "money" ? element("span", { class: "fl-money" }, made) : made;
}

/* Several values in one input, with commas between; the parts of a compound key with slashes. */
function listed(field, values, change, label) {
  const help = element("span", { class: "visually-hidden", id: uniqueId("commas") }, "Commas between.");
  const hint = field.parts.length ? `${field.parts.join("/")}, …` : "commas between";
  const made = element("input", { type: "text", "aria-label": label, "aria-describedby": help.id, placeholder: hint, title: hint, class: "fl-listed" });
  made.value = joined(values);
  made.addEventListener("input", () => change(splitText(field, made.value)));
  return element("span", {}, made, help);
}

function pair(field, values, change, label) {
  const now = Array.isArray(values) ? [...values] : ["", ""];
  const ends = [0, 1].map((end) =>
    one(field, now[end], (value) => {
      now[end] = value;
      change([...now]);
    }, `${label}, ${end ? "to" : "from"}`),
  );
  return element("span", { class: "fl-pair" }, ends[0], element("span", {}, "and"), ends[1]);
}

function days(value, change, label) {
  const made = input({ kind: "number" }, value, change, `${label}, number of days`);
  made.min = 0;
  return element("span", { class: "fl-pair" }, made, element("span", {}, "days"));
}

/* Return the editor of a value; `shape` is the operator's, or one or list for a fact. */
export function editor(field, shape, value, change, label, allBut) {
  if (shape === "list") return field.options.length ? choices(field, value ?? [], change, label, allBut) : listed(field, value, change, label);
  if (shape === "pair") return pair(field, value, change, label);
  if (shape === "days") return days(value, change, label);
  return shape === "pattern" ? input(field, value, change, `${label}, pattern`, "text") : one(field, value, change, label);
}
