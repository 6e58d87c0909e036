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

/* Set what is said of an element, only where it differs: most rows stay as they are when one changes. */
export function setAttribute(target, name, value) {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/* The element that takes the focus first inside another. */
export const firstControl = (within) => within.querySelector("input, select, summary, textarea, button");
