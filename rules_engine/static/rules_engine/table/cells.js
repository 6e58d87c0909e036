/* What a cell holds, as people see it, as it is copied, and as it is typed. Pure: no DOM. `data` is the page's table data.
 * What cannot be read stays as it was written: the server says what is wrong with it, nothing is lost.
 */
import { ANY } from "./model.js";
import { readScalar } from "./scalars.js";

const TEXT = { kind: "text", many: false, parts: [], options: [] };
const NOTES = { id: "Row id", comment: "Comment", source: "Citation", verified_on: "Verified on" };

/* Return how a column's cells are headed, edited and read: { label, asks, field, shape, any, given }. `any`: the column asks a
 * question, which a cell may leave open; `given` is that question.
 */
export function specOf(data, { part, name, given }) {
  if (typeof given === "object") return questionSpec(data, given);
  const field = part === "then" ? (data.outputs[given] ?? { ...TEXT, label: given }) : { ...TEXT, label: NOTES[name], kind: name === "verified_on" ? "date" : "text" };
  return { label: field.label, asks: "", field, shape: field.many ? "list" : "one", any: false };
}

function questionSpec(data, given) {
  const [field, operator] = [data.fields[given.field], data.operators[given.op]];
  if (!field || !operator) return { label: given.field ?? "", asks: given.op ?? "", field: TEXT, shape: "one", any: true, given };
  const timed = ["date", "datetime", "time"].includes(field.kind);
  const shape = operator.shape === "nothing" ? "one" : operator.shape;
  return { label: field.label, asks: timed ? operator.timeLabel : operator.label, field: heldBy(field, operator.shape), shape, any: true, given };
}

/* A question without an operand is answered yes or no; days are a number, a pattern is a text. */
function heldBy(field, shape) {
  const kinds = { nothing: "boolean", days: "number", pattern: "text" };
  return kinds[shape] ? { ...field, kind: kinds[shape], options: [], parts: [] } : field;
}

export const isBlank = (value) => value === undefined || value === null || value === "";

const withParts = (value) => (Array.isArray(value) ? value.join("/") : String(value));

function scalarText({ kind }, value) {
  if (kind === "boolean" && typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/* Return the condition that a cell of a question stands for, as the builder's editors know it, and the cell of a condition. A text
 * that is a dash is written in braces, for a bare dash means any.
 */
export function leafOf(given, value) {
  return isObject(value) ? { ...given, ...value } : { ...given, value };
}

export function cellOf({ value, ref, list, key }) {
  if (ref !== undefined) return { ref };
  if (list !== undefined) return { list };
  if (key !== undefined) return { key };
  if (value === ANY) return { value };
  return [value].flat().every(isBlank) ? ANY : value;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/* Return the text of a cell as it is copied. */
export function print(spec, value) {
  if (isBlank(value)) return "";
  if (!Array.isArray(value)) return scalarText(spec.field, value);
  if (spec.shape === "pair" && value.length === 2) return value.map((end) => scalarText(spec.field, end)).join("..");
  return value.map(withParts).join(", ");
}

/* Return what a person reads in a cell. */
export function shown(data, spec, value) {
  if (isBlank(value)) return "";
  if (value === ANY) return spec.any ? "any" : "";
  if (isObject(value)) return operandText(data, value);
  const label = (code) => spec.field.options.find(([option]) => option === code)?.[1] ?? (Array.isArray(code) ? withParts(code) : scalarText(spec.field, code));
  return Array.isArray(value) ? value.map(label).join(spec.shape === "pair" ? " – " : ", ") : label(value);
}

/* A value in braces, a named list, another field, or the parts of a compound key. */
function operandText(data, { value, list, ref, key }) {
  const named = (name) => data.fields[name]?.label ?? name;
  if (value !== undefined) return String(value);
  if (list !== undefined) return `the list ${list}`;
  return ref === undefined ? (key ?? []).map((part) => part.value ?? named(part.ref)).join(" / ") : named(ref);
}

const ENDS = /\s*(?:\.\.|–|\bto\b|\s-\s)\s*/;

/* Return what a text pasted or typed means in a cell of the column; `blank` is what an empty one holds. */
export function readText(spec, text, blank) {
  const said = text.trim();
  if (["", ANY, ...(spec.any ? ["any"] : [])].includes(said.toLowerCase())) return blank;
  if (said.startsWith("{")) return readOperand(said);
  const one = (each) => readScalar(spec.field, each);
  if (spec.shape === "list") return readList(spec.field, said, one);
  return spec.shape === "pair" ? readPair(said, one) : one(said);
}

function readOperand(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readList(field, text, one) {
  const values = text.split(/[,;\n]/).map((each) => each.trim()).filter(Boolean).map(field.parts.length ? (each) => each.split("/").map((part) => part.trim()) : one);
  return values.filter((value, at) => values.findIndex((other) => String(other) === String(value)) === at);
}

function readPair(text, one) {
  const ends = text.split(ENDS);
  return ends.length === 2 ? ends.map(one) : text;
}
