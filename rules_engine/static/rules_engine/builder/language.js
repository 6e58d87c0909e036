/* What fits what: operators to fields, operands to operators. Pure: no DOM. `data` is the page's builder data, made from
 * the engine's own tables; whether a rule is sound is for the server alone to say.
 */
const TEXTS = ["text", "choice"];
const OPERANDS = ["value", "ref", "key", "list"];

export function operatorsFor(data, field) {
  const timed = ["date", "datetime", "time"].includes(field.kind);
  return Object.entries(data.operators)
    .filter(([, each]) => each.kinds.includes(field.kind) && (each.many === null || each.many === field.many))
    .map(([name, each]) => [name, (timed ? each.timeLabel : each.label).replace("…", "N")]);
}

/* Return which operands an operator takes on a field: a value, another field, a named list, a compound key. */
export function operandsOf(data, leaf) {
  const field = data.fields[leaf.field];
  const shape = data.operators[leaf.op]?.shape;
  if (!field || !shape || shape === "nothing") return [];
  if (shape === "one" && field.kind === "key") return ["key"];
  const refs = refsFor(data, leaf).length && ["one", "list"].includes(shape) ? ["ref"] : [];
  return ["value", ...refs, ...(shape === "list" && listsFor(data, leaf).length ? ["list"] : [])];
}

const isAlike = (one, other) => one.kind === other.kind && JSON.stringify(one.options) === JSON.stringify(other.options);

/* Return the slugs of the named lists whose values a field can have. */
export function listsFor(data, leaf) {
  return Object.keys(data.lists).filter((slug) => data.fields[data.lists[slug].field] && isAlike(data.fields[data.lists[slug].field], data.fields[leaf.field]));
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

/* A condition nobody has filled in yet. */
export const blankLeaf = () => ({ field: "", op: "" });

/* Return a compound key as people mostly mean it: the lead's own state, line or carrier; "" where the lead has no such fact. */
export function usualKey(data, leaf) {
  return data.fields[leaf.field].parts.map((part) => {
    const name = partsFor(data).find((each) => each.split(".")[0] !== leaf.field.split(".")[0] && each.endsWith(`.${part}`));
    return name ? { ref: name } : { value: "" };
  });
}

/* Say a compound key in words, such as "the lead's state and line"; undefined where a part is written out. */
export function keyInWords(data, key) {
  if (!key.length || !key.every((part) => data.fields[part.ref])) return undefined;
  const owners = new Set(key.map((part) => part.ref.split(".")[0]));
  const parts = key.map((part) => data.fields[part.ref].label.toLowerCase());
  const said = parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts[0];
  return owners.size === 1 ? `the ${[...owners][0]}’s ${said}` : said;
}

/* Return the leaf on another field: its operator and value stay where they fit the new one. */
export function withField(data, leaf, name) {
  const [old, field] = [data.fields[leaf.field], data.fields[name]];
  const fitting = operatorsFor(data, field).map(([operator]) => operator);
  const op = fitting.includes(leaf.op) ? leaf.op : fitting[0];
  const same = old && isAlike(old, field);
  const kept = same ? { ...leaf } : bare(leaf);
  return withOperator(data, { ...kept, field: name, op: same ? leaf.op : "" }, op);
}

/* Return the leaf with another operator, the value turned into the new shape. */
export function withOperator(data, leaf, op) {
  const changed = { ...leaf, op };
  const operands = operandsOf(data, changed);
  if (operands.includes("ref") && "ref" in leaf && refsFor(data, changed).includes(leaf.ref)) return changed;
  if (operands.includes("list") && "list" in leaf && listsFor(data, changed).includes(leaf.list)) return changed;
  const next = { ...bare(changed), op };
  if (operands[0] === "key") next.key = leaf.key?.length === data.fields[leaf.field].parts.length ? leaf.key : usualKey(data, leaf);
  else if (operands.length) next.value = reshape(leaf.value, data.operators[op].shape, data.operators[leaf.op]?.shape, data.fields[leaf.field]);
  return next;
}

/* Return the leaf with another operand: {value}, {ref}, {key} or {list}. */
export const withOperand = (leaf, operand) => ({ ...bare(leaf), ...operand });

/* Return the leaf with an operand of another sort, as yet to be filled in. */
export function withSort(data, leaf, sort) {
  const first = { ref: () => refsFor(data, leaf)[0], list: () => listsFor(data, leaf)[0], value: () => (data.operators[leaf.op].shape === "list" ? [] : "") };
  return withOperand(leaf, { [sort]: first[sort]() });
}

/* Return the operator that says the opposite of a list: "all but these" is "is none of". */
export const allBut = (op) => ({ in: "not_in", not_in: "in" })[op];

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
