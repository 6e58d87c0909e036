/* What fits what: operators to fields, operands to operators. Pure: no DOM. `data` is the page's builder data, made from
 * the engine's own tables; whether a rule is sound is for the server alone to say.
 */
const TEXTS = ["text", "choice"];
const OPERANDS = ["value", "ref", "key"];

export function operatorsFor(data, field) {
  const timed = ["date", "datetime", "time"].includes(field.kind);
  return Object.entries(data.operators)
    .filter(([, each]) => each.kinds.includes(field.kind) && (each.many === null || each.many === field.many))
    .map(([name, each]) => [name, (timed ? each.timeLabel : each.label).replace("…", "N")]);
}

/* Return which operands an operator takes on a field: a value, another field, a compound key. */
export function operandsOf(data, leaf) {
  const field = data.fields[leaf.field];
  const shape = data.operators[leaf.op]?.shape;
  if (!field || !shape || shape === "nothing") return [];
  if (shape === "one" && field.kind === "key") return ["key"];
  return shape === "one" || shape === "list" ? ["value", "ref"] : ["value"];
}

/* Return the names of the fields a leaf may be compared with. */
export function refsFor(data, leaf) {
  const field = data.fields[leaf.field];
  const many = data.operators[leaf.op].shape === "list";
  const alike = (kind) => kind === field.kind || (TEXTS.includes(kind) && TEXTS.includes(field.kind));
  return Object.entries(data.fields)
    .filter(([name, each]) => name !== leaf.field && alike(each.kind) && each.many === many && each.kind !== "key")
    .map(([name]) => name);
}

/* Return the names of the fields that can be part of a compound key. */
export function partsFor(data) {
  return Object.keys(data.fields).filter((name) => !data.fields[name].many && TEXTS.includes(data.fields[name].kind));
}

export function blankLeaf(data) {
  const leaf = { field: Object.keys(data.fields)[0], op: "" };
  return withOperator(data, leaf, operatorsFor(data, data.fields[leaf.field])[0][0]);
}

/* Return the leaf on another field: its operator and value stay where they fit the new one. */
export function withField(data, leaf, name) {
  const [old, field] = [data.fields[leaf.field], data.fields[name]];
  const fitting = operatorsFor(data, field).map(([operator]) => operator);
  const op = fitting.includes(leaf.op) ? leaf.op : fitting[0];
  const same = old && old.kind === field.kind && JSON.stringify(old.options) === JSON.stringify(field.options);
  const kept = same ? { ...leaf } : bare(leaf);
  return withOperator(data, { ...kept, field: name, op: same ? leaf.op : "" }, op);
}

/* Return the leaf with another operator, the value turned into the new shape. */
export function withOperator(data, leaf, op) {
  const changed = { ...leaf, op };
  const operands = operandsOf(data, changed);
  if (operands.includes("ref") && "ref" in leaf && refsFor(data, changed).includes(leaf.ref)) return changed;
  const next = { ...bare(changed), op };
  if (operands[0] === "key") {
    const parts = data.fields[leaf.field].parts;
    next.key = leaf.key?.length === parts.length ? leaf.key : parts.map(() => ({ value: "" }));
  } else if (operands.length) {
    next.value = reshape(leaf.value, data.operators[op].shape, data.operators[leaf.op]?.shape, data.fields[leaf.field]);
  }
  return next;
}

function bare(leaf) {
  return Object.fromEntries(Object.entries(leaf).filter(([key]) => !OPERANDS.includes(key)));
}

function reshape(value, shape, oldShape, field) {
  const blank = field.kind === "boolean" ? true : "";
  const first = Array.isArray(value) ? value[0] : value;
  const alike = oldShape === shape || ![oldShape, shape].some((each) => each === "days" || each === "pattern");
  const kept = alike ? (first ?? blank) : blank;
  if (shape === "list") return Array.isArray(value) && alike ? value : kept === "" ? [] : [kept];
  if (shape === "pair") return Array.isArray(value) && value.length === 2 ? value : [kept, ""];
  if (shape === "days") return oldShape === "days" ? value : 30;
  return kept;
}
