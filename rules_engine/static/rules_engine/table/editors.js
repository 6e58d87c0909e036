/* The editor that opens over a cell: the control that fits the column, laid over the cell in the page's top layer.
 *
 * <div class="fl-cell-editor" popover="manual" role="group" aria-label="State, row 3">control <button>Any</button></div>
 */
import { element } from "../builder/dom.js";
import { operandsOf, usualKey } from "../builder/language.js";
import { drawOperand } from "../builder/operands.js";
import { editor } from "../builder/values.js";
import { cellOf, isBlank, leafOf } from "./cells.js";
import { ANY } from "./model.js";
import { ticks } from "./ticks.js";

/* Open over a cell. `done(value, way)` is called once: way is "down", "up", "right", "left", "stay" or "away"; `leave()` where nothing changes. */
export function openEditor({ cell, data, say, spec, value, blank, label, isTyped, done, leave }) {
  const tools = { data, say, label };
  let held = editorOf(tools, spec, value, blank, isTyped);
  const acts = element("div", { class: "fl-cell-acts" });
  const box = element("div", { class: "fl-cell-editor", popover: "manual", role: "group", "aria-label": label }, held.whole, acts);
  const watch = new AbortController();
  let isOpen = true;
  const close = (tell) => {
    if (!isOpen) return;
    isOpen = false;
    watch.abort();
    box.remove();
    tell();
  };
  const offer = (text, act) => {
    const button = element("button", { type: "button", class: "fl-plain" }, text);
    button.addEventListener("click", act);
    acts.append(button);
  };
  if (spec.any) offer("Any", () => close(() => done(ANY, "stay")));
  if (spec.any && held.isPlain && operandsOf(data, spec.given).length > 1) {
    offer("Compare with …", ({ target }) => {
      const other = operandEditor(tools, spec, held.read());
      held.whole.replaceWith(other.whole);
      target.remove();
      held = other;
      box.querySelector("select, input").focus();
    });
  }
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.defaultPrevented) return;
    const way = event.key === "Enter" ? (event.shiftKey ? "up" : "down") : event.key === "Tab" ? (event.shiftKey ? "left" : "right") : "";
    if (event.key === "Escape") event.preventDefault();
    if (event.key === "Escape") close(leave);
    const isOnward = event.key === "Tab" ? held.stops?.(event.target, event.shiftKey) : event.target.matches("button");
    if (!way || isOnward) return;
    event.preventDefault();
    close(() => done(held.read(), way));
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (!box.contains(relatedTarget) && document.hasFocus()) close(() => done(held.read(), "away"));
  });
  cell.closest("[data-sheet]").append(box);
  box.showPopover();
  lay(box, cell);
  for (const moved of ["scroll", "resize"]) addEventListener(moved, () => lay(box, cell), { capture: true, signal: watch.signal });
  const first = box.querySelector("input, select");
  first.focus();
  if (!isTyped && first.matches("[type=text], [type=number]")) first.select();
}

/* Say whether Tab has another control of the same editor to go to. */
const stopsOf = (whole) => (target, isBack) => {
  const controls = [...whole.querySelectorAll("input, select, summary")].filter((each) => !each.hidden);
  return controls[controls.indexOf(target) + (isBack ? -1 : 1)] !== undefined && controls.includes(target);
};

/* Put the box on its cell, as wide at least, and whole inside the window. */
function lay(box, cell) {
  const at = cell.getBoundingClientRect();
  box.style.minWidth = `${at.width}px`;
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(0, Math.min(at.left, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(0, Math.min(at.top, innerHeight - height - 8))}px`;
}

function editorOf(tools, spec, value, blank, isTyped) {
  const isOperand = typeof value === "object" && value !== null && !Array.isArray(value);
  if (isOperand || (spec.any && operandsOf(tools.data, spec.given)[0] === "key")) return operandEditor(tools, spec, value);
  return spec.shape === "list" && spec.field.options.length ? tickEditor(spec, value, blank, tools.label) : controlEditor(spec, value, blank, tools.label, isTyped);
}

/* The builder's own: a value, another field, a named list, the parts of a compound key. */
function operandEditor(tools, spec, value) {
  const isKey = operandsOf(tools.data, spec.given)[0] === "key";
  const blank = isKey ? { key: usualKey(tools.data, spec.given) } : "";
  const whole = element("span", { class: "fl-operand" });
  let leaf = leafOf(spec.given, value === ANY ? blank : value);
  const edit = (next) => { leaf = next; };
  const redraw = (next) => {
    edit(next);
    drawOperand(whole, tools, leaf, { edit, redraw });
  };
  redraw(leaf);
  return { whole, stops: stopsOf(whole), read: () => cellOf(leaf) };
}

function tickEditor(spec, value, blank, label) {
  const { whole, read } = ticks(spec.field.options, Array.isArray(value) ? value : [], label);
  return { whole, isPlain: true, read: () => (read().length ? read() : blank) };
}

/* A typed letter starts a text anew; choices keep what is chosen. What is left empty is blank again. */
function controlEditor(spec, value, blank, label, isTyped) {
  const isChoice = spec.shape === "one" && (spec.field.options.length > 0 || spec.field.kind === "boolean");
  let now = value === ANY || isBlank(value) || (isTyped && !isChoice) ? undefined : value;
  const empty = spec.shape === "list" ? [] : spec.shape === "pair" ? ["", ""] : "";
  const control = editor(withBlank(spec, isChoice), spec.shape, now ?? empty, (given) => { now = given; }, label);
  return { whole: control, isPlain: true, stops: stopsOf(control), read: () => ([now].flat().every(isBlank) ? blank : now) };
}

/* A choice that is left open must be there to choose again. */
function withBlank({ field, any }, isChoice) {
  const isListed = isChoice && field.options.length;
  return isListed ? { ...field, options: [["", any ? "any" : "–"], ...field.options] } : field;
}
