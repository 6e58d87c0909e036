/* Several of a field's options: a closed list that says what is chosen; its boxes are drawn when it opens.
 *
 * <details class="fl-choices"><summary>Florida, Georgia</summary><fieldset>filter, boxes</fieldset></details>
 */
import { element } from "./dom.js";

const FILTER_FROM = 8;
const SAID_AT_MOST = 6;

/* `allBut` is {isOn(), toggle(isOn)} where the operator has an opposite; it is offered beside the boxes. */
export function choices(field, values, change, label, allBut) {
  const chosen = new Set(values);
  const summary = element("summary", {}, "");
  const box = element("details", { class: "fl-choices" }, summary);
  const ordered = () => field.options.map(([code]) => code).filter((code) => chosen.has(code));
  const tell = () => describe(summary, field, chosen, label, allBut);
  const changed = () => {
    tell();
    change(ordered());
  };
  tell();
  box.addEventListener("toggle", () => {
    if (!box.open || box.children.length > 1) return;
    box.append(panel(field, chosen, label, changed, allBut));
    box.querySelector("fieldset input").focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    event.preventDefault();
    close(box);
    summary.focus();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !box.contains(relatedTarget)) close(box);
  });
  return box;
}

/* What is drawn anew each time it opens is never out of date. */
function close(box) {
  box.open = false;
  box.querySelector("fieldset")?.remove();
}

function describe(summary, field, chosen, label, allBut) {
  const names = field.options.filter(([code]) => chosen.has(code)).map(([, text]) => text);
  const listed = names.length > SAID_AT_MOST ? `${names.slice(0, SAID_AT_MOST - 1).join(", ")} and ${names.length - SAID_AT_MOST + 1} more` : names.join(", ");
  summary.textContent = names.length ? listed : "Choose …";
  summary.title = names.length > SAID_AT_MOST ? names.join(", ") : "";
  summary.setAttribute("aria-label", `${label}: ${names.length ? `${allBut?.isOn() ? "all but " : ""}${listed}` : "nothing chosen"}`);
}

function panel(field, chosen, label, changed, allBut) {
  const list = element("div", { class: "fl-boxes" }, ...field.options.map((option) => tick(option, chosen, changed)));
  const whole = element("fieldset", {}, element("legend", { class: "visually-hidden" }, label));
  if (field.options.length >= FILTER_FROM) whole.append(filter(list, label));
  if (allBut) whole.append(opposite(allBut, changed));
  whole.append(list, buttons(list, chosen, changed));
  whole.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && event.preventDefault());
  return whole;
}

function tick([code, text], chosen, changed) {
  const box = element("input", { type: "checkbox", value: code });
  box.checked = chosen.has(code);
  box.addEventListener("change", () => {
    if (box.checked) chosen.add(code);
    else chosen.delete(code);
    changed();
  });
  return element("label", {}, box, ` ${text}`);
}

function filter(list, label) {
  const input = element("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${label}` });
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const each of list.children) each.hidden = !each.textContent.toLowerCase().includes(wanted);
  });
  return input;
}

function opposite(allBut, changed) {
  const box = element("input", { type: "checkbox", "data-all-but": true });
  box.checked = allBut.isOn();
  box.addEventListener("change", () => {
    allBut.toggle(box.checked);
    changed();
  });
  return element("label", { class: "fl-all-but" }, box, " All but these");
}

/* Both reach what the filter shows, and no more. */
function buttons(list, chosen, changed) {
  const set = (isOn) => () => {
    for (const box of list.querySelectorAll("label:not([hidden]) input")) {
      box.checked = isOn;
      if (isOn) chosen.add(box.value);
      else chosen.delete(box.value);
    }
    changed();
  };
  const made = [["Tick all shown", true], ["Clear all shown", false]].map(([text, isOn]) => {
    const button = element("button", { type: "button", class: "fl-plain" }, text);
    button.addEventListener("click", set(isOn));
    return button;
  });
  return element("div", { class: "fl-boxes-foot" }, ...made);
}
