/* Editors of values by kind and shape. Each returns an element and calls `change(value)` as it is edited. */
import { element, select, uniqueId } from "./dom.js";

const INPUTS = { number: "number", money: "number", date: "date", time: "time", datetime: "datetime-local" };
const FILTER_FROM = 12;

/* datetime-local knows no zone; the rule language wants one. */
const shown = (kind, value) => (kind === "datetime" ? String(value ?? "").replace(/(:00)?(\.\d+)?Z$/, "") : value ?? "");

function readText(kind, text) {
  if (text === "") return "";
  if (kind === "number" || kind === "money") return Number.isNaN(Number(text)) ? text : Number(text);
  return kind === "datetime" ? `${text}${text.length === 16 ? ":00" : ""}Z` : text;
}

function input(kind, value, change, label) {
  const made = element("input", { type: INPUTS[kind] ?? "text", "aria-label": label });
  if (made.type === "number") made.step = "any";
  made.value = shown(kind, value);
  made.addEventListener("input", () => change(readText(kind, made.value)));
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
  return input(field.kind, value, change, field.kind === "datetime" ? `${label}, UTC` : label);
}

/* A closed list that says what is chosen; its boxes are drawn only when it opens. */
function choices(field, values, change, label) {
  const chosen = new Set(values);
  const summary = element("summary", { "aria-label": label });
  const said = () => field.options.filter(([code]) => chosen.has(code)).map(([, text]) => text).join(", ");
  const tell = () => {
    summary.textContent = said() || "Choose …";
    summary.setAttribute("aria-label", `${label}: ${said() || "nothing chosen"}`);
  };
  const box = element("details", { class: "fl-choices" }, summary);
  tell();
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(boxes(field, chosen, label, () => {
      tell();
      change(field.options.map(([code]) => code).filter((code) => chosen.has(code)));
    }));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    box.open = false;
    summary.focus();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !box.contains(relatedTarget)) box.open = false;
  });
  return box;
}

function boxes(field, chosen, label, change) {
  const list = element("div", { class: "fl-boxes" });
  for (const [code, text] of field.options) {
    const box = element("input", { type: "checkbox", value: code });
    box.checked = chosen.has(code);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(code);
      else chosen.delete(code);
      change();
    });
    list.append(element("label", {}, box, ` ${text}`));
  }
  const whole = element("fieldset", {}, element("legend", { class: "visually-hidden" }, label));
  if (field.options.length > FILTER_FROM) {
    const filter = element("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${label}` });
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLowerCase();
      for (const each of list.children) each.hidden = !each.textContent.toLowerCase().includes(wanted);
    });
    filter.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    whole.append(filter);
  }
  whole.append(list);
  return whole;
}

/* Several values in one input, with commas between; the parts of a compound key with slashes. */
function listed(field, values, change, label) {
  const joined = (values ?? []).map((each) => (Array.isArray(each) ? each.join("/") : each)).join(", ");
  const hint = field.parts.length ? field.parts.join("/") : "";
  const help = element("span", { class: "help", id: uniqueId("commas") }, `${hint ? `as ${hint}, ` : ""}commas between`);
  const made = element("input", { type: "text", "aria-label": label, "aria-describedby": help.id });
  made.value = joined;
  made.addEventListener("input", () => {
    const texts = made.value.split(",").map((text) => text.trim()).filter(Boolean);
    change(texts.map((text) => (field.parts.length ? text.split("/").map((part) => part.trim()) : readText(field.kind, text))));
  });
  return element("span", {}, made, " ", help);
}

function pair(field, values, change, label) {
  const now = Array.isArray(values) ? [...values] : ["", ""];
  const ends = [0, 1].map((end) =>
    one(field, now[end], (value) => {
      now[end] = value;
      change([...now]);
    }, `${label}, ${end ? "to" : "from"}`),
  );
  return element("span", {}, ends[0], " and ", ends[1]);
}

/* Return the editor of a value; `shape` is the operator's, or one or list for a fact. */
export function editor(field, shape, value, change, label) {
  if (shape === "list") return field.options.length ? choices(field, value ?? [], change, label) : listed(field, value, change, label);
  if (shape === "pair") return pair(field, value, change, label);
  if (shape === "days") return element("span", {}, input("number", value, change, `${label}, number of days`), " days");
  return shape === "pattern" ? input("text", value, change, `${label}, pattern`) : one(field, value, change, label);
}
