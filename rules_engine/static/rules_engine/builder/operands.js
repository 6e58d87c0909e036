/* What stands beside an operator: a value, another field, or the parts of a compound key. */
import { element, fillFields, select } from "./dom.js";
import { operandsOf, partsFor, refsFor } from "./language.js";
import { editor } from "./values.js";

/* Draw the operand of a leaf into `place`; `change(operand)` gets {value}, {ref} or {key}. */
export function drawOperand(place, data, leaf, label, change) {
  place.replaceChildren();
  const allowed = operandsOf(data, leaf);
  if (allowed[0] === "key") place.append(...keyParts(data, leaf, label, change));
  else if (allowed.length) place.append(...valueOrField(data, leaf, allowed, label, (operand, redraw) => {
    change(operand);
    if (redraw) drawOperand(place, data, { ...leaf, value: undefined, ref: undefined, ...operand }, label, change);
  }));
}

function valueOrField(data, leaf, allowed, label, change) {
  const refs = allowed.includes("ref") ? refsFor(data, leaf) : [];
  const { shape } = data.operators[leaf.op];
  const isRef = leaf.ref !== undefined;
  const drawn = isRef
    ? fieldPicker(data, refs, leaf.ref, `${label}, field to compare with`, (ref) => change({ ref }))
    : editor(data.fields[leaf.field], shape, leaf.value, (value) => change({ value }), `${label}, value`);
  if (!refs.length) return [drawn];
  const sort = select([["value", "value"], ["ref", "field"]], isRef ? "ref" : "value", `${label}, compare with`);
  sort.className = "fl-sort";
  sort.addEventListener("change", () => {
    change(sort.value === "ref" ? { ref: refs[0] } : { value: shape === "list" ? [] : "" }, true);
    drawnSort(sort);
  });
  return [sort, drawn];
}

/* The picker was drawn anew: the focus goes to its successor. */
function drawnSort(old) {
  document.querySelector(`select[aria-label="${CSS.escape(old.getAttribute("aria-label"))}"]`)?.focus();
}

function fieldPicker(data, names, value, label, change) {
  const picker = element("select", { "aria-label": label });
  fillFields(picker, data.fields, names, value);
  picker.addEventListener("change", () => change(picker.value));
  return picker;
}

const OWN = "=";

function keyParts(data, leaf, label, change) {
  const key = leaf.key.map((part) => ({ ...part }));
  const names = partsFor(data);
  return data.fields[leaf.field].parts.map((name, index) => {
    const text = element("input", { type: "text", "aria-label": `${label}, ${name}` });
    const picker = element("select", { "aria-label": `${label}, where ${name} comes from` });
    fillFields(picker, data.fields, names, key[index].ref ?? OWN);
    if (picker.querySelector(`option[value="${OWN}"]`)) picker.querySelector(`option[value="${OWN}"]`).remove();
    picker.prepend(element("option", { value: OWN }, "this text:"));
    picker.value = key[index].ref ?? OWN;
    text.value = key[index].value ?? "";
    const tell = () => {
      text.hidden = picker.value !== OWN;
      key[index] = text.hidden ? { ref: picker.value } : { value: text.value };
    };
    tell();
    for (const control of [picker, text]) control.addEventListener("input", () => { tell(); change({ key: key.map((part) => ({ ...part })) }); });
    return element("span", { class: "fl-key-part" }, element("span", {}, `${name} `), picker, text);
  });
}
