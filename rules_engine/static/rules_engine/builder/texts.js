/* Between the values of a rule and what stands in an input. Pure: no DOM. */

/* datetime-local knows no zone; the rule language wants one. */
export function shownText(kind, value) {
  return kind === "datetime" ? String(value ?? "").replace(/(:00)?(\.\d+)?Z$/, "") : String(value ?? "");
}

/* Return the value of a text; what is no number stays text, for the server to name. */
export function readText(kind, text) {
  if (text === "") return "";
  if (kind === "number" || kind === "money") return Number.isNaN(Number(text)) ? text : Number(text);
  return kind === "datetime" ? `${text}${text.length === 16 ? ":00" : ""}Z` : text;
}

/* Several values with commas between them; the parts of a compound key with slashes. */
export function joined(values) {
  return (values ?? []).map((each) => (Array.isArray(each) ? each.join("/") : each)).join(", ");
}

export function splitText(field, text) {
  const texts = text.split(",").map((each) => each.trim()).filter(Boolean);
  return texts.map((each) => (field.parts.length ? each.split("/").map((part) => part.trim()) : readText(field.kind, each)));
}
