/* Inputs bound to places of the rule: <input data-path="/citation/source" data-type="text">. */
function steps(path) {
  return path.slice(1).split("/");
}

export function get(body, path) {
  return steps(path).reduce((holder, key) => holder?.[key], body);
}

/* Set a place; blank takes it out, and with it an object left empty. */
export function put(body, path, value) {
  const [first, second] = steps(path);
  if (second === undefined) {
    if (value === undefined) delete body[first];
    else body[first] = value;
    return;
  }
  const inner = { ...body[first] };
  put(inner, `/${second}`, value);
  put(body, `/${first}`, Object.keys(inner).length ? inner : undefined);
}

function read(control) {
  const text = control.value.trim();
  if (text === "") return undefined;
  if (control.dataset.type === "number") return Number.isNaN(Number(text)) ? text : Number(text);
  if (control.dataset.type === "list") return text.split(",").map((each) => each.trim()).filter(Boolean);
  return control.value;
}

export function show(control, value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === text)) control.add(new Option(text, text));
  control.value = text;
}

export function bind(form, body, changed) {
  for (const control of form.querySelectorAll("[data-path]")) {
    control.addEventListener("input", () => {
      put(body(), control.dataset.path, read(control));
      changed(control);
    });
  }
}
