/* The examples of a rule as values: what is added, copied, changed. Pure: no DOM, nothing is changed in place. */
const NOON = "T12:00:00Z";

/* A new example expects the rule's first answer, at noon of the day it is written. */
export const blankExample = (expect, now) => ({ facts: {}, at: `${now.toISOString().slice(0, 10)}${NOON}`, expect });

export const copyOf = (example) => JSON.parse(JSON.stringify(example));
export const replaced = (examples, index, ...others) => examples.toSpliced(index, 1, ...others);
export const inserted = (examples, index, example) => examples.toSpliced(index, 0, example);

/* What a fact starts with: an empty set, yes, the first option, or nothing yet. */
export function blankFact(field) {
  if (field.many) return [];
  return field.kind === "boolean" ? true : (field.options[0]?.[0] ?? "");
}

export const withFact = (example, name, value) => ({ ...example, facts: { ...example.facts, [name]: value } });

export function withoutFact(example, name) {
  const { [name]: _gone, ...facts } = example.facts;
  return { ...example, facts };
}

/* A fact of another name in the same place. */
export function renamedFact(example, name, other, value) {
  const entries = Object.entries(example.facts).map(([key, given]) => (key === name ? [other, value] : [key, given]));
  return { ...example, facts: Object.fromEntries(entries) };
}

/* Return the fields the conditions of a rule read and an example does not know yet, each once, in the order written. */
export function factsAsked(condition) {
  if (Array.isArray(condition)) return [...new Set(condition.flatMap(factsAsked))];
  if (typeof condition !== "object" || condition === null) return [];
  const own = typeof condition.field === "string" && condition.field ? [condition.field] : [];
  const refs = typeof condition.ref === "string" ? [condition.ref] : [];
  return [...new Set([...own, ...refs, ...["all", "any", "not", "key"].flatMap((key) => factsAsked(condition[key]))])];
}
