/* The rule as the form holds it, and as JSON says it. Pure: no DOM, nothing is changed in place.
 *
 * A state is {body, kind, when, asks, examples}: the rest of the rule, require or prefer, two trees of tree.js, a list.
 */
import { readRoot, writeRoot } from "./tree.js";

const KINDS = ["require", "prefer"];

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* Return the state of a rule; throw TypeError for what the form could not show. `asks` is null where the stage asks nothing. */
export function read(body, stage) {
  if (!isObject(body) || "table" in body) throw new TypeError("The form shows a rule of conditions.");
  const examples = body.examples ?? [];
  if (!Array.isArray(examples) || !examples.every((each) => isObject(each) && isObject(each.facts))) throw new TypeError("An example has facts.");
  const kind = KINDS.find((key) => key in body) ?? KINDS[0];
  return { body, kind, when: readRoot(body.when), asks: stage === "eligibility" ? readRoot(body[kind]) : null, examples };
}

/* Return the rule as JSON; keys stay in their order. */
export function write({ body, kind, when, asks, examples }) {
  const whole = withKey(body, "when", writeRoot(when));
  const asked = asks ? withKey(whole, kind, writeRoot(asks, true)) : whole;
  return withKey(asked, "examples", examples.length ? examples : undefined);
}

const steps = (path) => path.slice(1).split("/");

export function get(body, path) {
  return steps(path).reduce((holder, key) => holder?.[key], body);
}

/* Return the rule with a place of at most two steps set; undefined takes it out, and with it an object left empty. */
export function put(body, path, value) {
  const [first, second] = steps(path);
  if (second === undefined) return withKey(body, first, value);
  const inner = withKey(isObject(body[first]) ? body[first] : {}, second, value);
  return withKey(body, first, Object.keys(inner).length ? inner : undefined);
}

/* Return the state as a requirement or a preference, which are written under keys of their own. */
export function withKind(state, kind) {
  const others = KINDS.filter((key) => key !== kind);
  return { ...state, kind, body: others.reduce((body, key) => withKey(body, key, undefined), state.body) };
}

function withKey(holder, key, value) {
  if (value !== undefined) return { ...holder, [key]: value };
  const { [key]: _gone, ...rest } = holder;
  return rest;
}

/* Return an id made of a name. */
export function idOf(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60);
}
