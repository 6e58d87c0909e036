/* Small builders of elements. Text goes in as text, never as markup. */
let lastId = 0;

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

export function uniqueId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

export function select(options, value, label) {
  const made = element("select", { "aria-label": label });
  made.append(...options.map(([code, text]) => element("option", { value: code }, text)));
  if (!options.some(([code]) => code === value)) made.prepend(element("option", { value }, value || "Choose …"));
  made.value = value;
  return made;
}

/* Fill a select with fields, grouped as the catalog groups them. */
export function fillFields(picker, fields, names, value) {
  const groups = new Map();
  for (const name of names) {
    const { group, label } = fields[name];
    if (!groups.has(group)) groups.set(group, element("optgroup", { label: group }));
    groups.get(group).append(element("option", { value: name }, label));
  }
  picker.replaceChildren(...groups.values());
  if (!names.includes(value)) picker.prepend(element("option", { value }, value || "Choose a field …"));
  picker.value = value;
}
