/* What stands beside an operator: a value, another field, a named list, or the parts of a compound key. */
import { FieldPicker } from "./combobox.js";
import { element, firstControl, select } from "./dom.js";
import { allBut, keyInWords, listsFor, operandsOf, partsFor, refsFor, usualKey, withOperand, withSort } from "./language.js";
import { editor } from "./values.js";

const SORTS = { value: "value", ref: "field", list: "named list" };
const EACH = "each";

/* Draw the operand of a leaf into `place`, called `label` or by its field. `edit(leaf)` takes a leaf that is drawn already, `redraw(leaf)` one that is not. */
export function drawOperand(place, { data, say, label }, leaf, { edit, redraw }) {
  const tools = { data, say, leaf, label: label ?? data.fields[leaf.field]?.label ?? "Value", edit, redraw };
  const allowed = operandsOf(data, leaf);
  if (allowed[0] === "key") place.replaceChildren(...compoundKey(tools, place));
  else if (!allowed.length) place.replaceChildren();
  else place.replaceChildren(...(allowed.length > 1 ? [sortPicker(tools, place, allowed)] : []), drawnOperand(tools));
}

const sortOf = (leaf) => ["ref", "list"].find((key) => leaf[key] !== undefined) ?? "value";

function sortPicker({ data, leaf, label, redraw }, place, allowed) {
  const picker = select(allowed.map((sort) => [sort, SORTS[sort]]), sortOf(leaf), `Compare ${label} with a`);
  picker.className = "fl-sort";
  picker.addEventListener("change", () => {
    redraw(withSort(data, leaf, picker.value));
    firstControl(place).focus();
  });
  return picker;
}

function drawnOperand({ data, say, leaf, label, edit }) {
  let latest = leaf;
  const take = (next) => edit((latest = next));
  if (leaf.ref !== undefined) {
    const chosen = (ref) => take(withOperand(latest, { ref }));
    return new FieldPicker({ data, say, label: "Field to compare with", names: () => refsFor(data, leaf), value: leaf.ref, chosen }).element;
  }
  if (leaf.list !== undefined) {
    const picker = select(listsFor(data, leaf).map((slug) => [slug, data.lists[slug].name]), leaf.list, `${label}, named list`);
    picker.addEventListener("change", () => take(withOperand(latest, { list: picker.value })));
    return picker;
  }
  const opposite = allBut(leaf.op) && { isOn: () => latest.op === "not_in", toggle: (isOn) => take({ ...latest, op: isOn ? "not_in" : "in" }) };
  return editor(data.fields[leaf.field], data.operators[leaf.op].shape, leaf.value, (value) => take(withOperand(latest, { value })), `${label}, value`, opposite);
}

/* Mostly it is the lead's own state, line or carrier that is asked for; each part can be chosen by itself as well. */
function compoundKey(tools, place) {
  const { data, leaf, label, redraw } = tools;
  const usual = usualKey(data, leaf);
  const words = keyInWords(data, usual);
  const isUsual = words !== undefined && JSON.stringify(leaf.key) === JSON.stringify(usual);
  if (words === undefined) return keyParts(tools);
  const picker = select([[words, words], [EACH, "each part by itself:"]], isUsual ? words : EACH, `${label} what`);
  picker.addEventListener("change", () => {
    if (picker.value !== EACH) {
      redraw(withOperand(leaf, { key: usual }));
      firstControl(place).focus();
    } else place.replaceChildren(picker, ...keyParts(tools));
  });
  return isUsual ? [picker] : [picker, ...keyParts(tools)];
}

const OWN = "=";

function keyParts({ data, leaf, label, edit }) {
  const key = leaf.key.map((part) => ({ ...part }));
  const sources = [[OWN, "this text:"], ...partsFor(data).map((name) => [name, data.fields[name].label])];
  return data.fields[leaf.field].parts.map((name, index) => {
    const text = element("input", { type: "text", "aria-label": `${label}, ${name}` });
    const picker = select(sources, key[index].ref ?? OWN, `${label}, where ${name} comes from`);
    text.value = key[index].value ?? "";
    text.hidden = picker.value !== OWN;
    const tell = () => {
      text.hidden = picker.value !== OWN;
      key[index] = text.hidden ? { ref: picker.value } : { value: text.value };
      edit(withOperand(leaf, { key: key.map((part) => ({ ...part })) }));
    };
    for (const control of [picker, text]) control.addEventListener("input", tell);
    return element("span", { class: "fl-key-part" }, element("span", {}, `${name} `), picker, text);
  });
}
