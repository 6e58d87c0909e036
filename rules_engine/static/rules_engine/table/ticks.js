/* Several of a field's options as boxes to tick, with a filter above: typing filters, arrow keys walk, Space ticks.
 *
 * <div class="fl-ticks"><input type="search"><div class="fl-tick-acts"><button>All</button>…</div><div class="fl-boxes"><label><input type="checkbox">…
 */
import { element } from "../builder/dom.js";

export function ticks(options, values, label) {
  const known = options.map(([code]) => code);
  const all = [...options, ...values.filter((value) => !known.includes(value)).map((value) => [value, String(value)])];
  const boxes = all.map(([code, text]) => {
    const box = element("input", { type: "checkbox", value: code });
    box.checked = values.includes(code);
    return [code, box, element("label", {}, box, ` ${text}`)];
  });
  const filter = element("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${label}` });
  const list = element("div", { class: "fl-boxes" }, ...boxes.map(([, , line]) => line));
  const inSight = () => boxes.filter(([, , line]) => !line.hidden).map(([, box]) => box);
  const tick = (choose) => () => {
    for (const box of inSight()) box.checked = choose(box);
  };
  const acts = [["All", () => true], ["None", () => false], ["All but these", (box) => !box.checked]].map(([text, choose]) => {
    const button = element("button", { type: "button", class: "fl-plain" }, text);
    button.addEventListener("click", tick(choose));
    return button;
  });
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const [, , line] of boxes) line.hidden = !line.textContent.toLowerCase().includes(wanted);
  });
  const whole = element("fieldset", { class: "fl-ticks" }, element("legend", { class: "visually-hidden" }, label), filter, element("div", { class: "fl-tick-acts" }, ...acts), list);
  whole.addEventListener("keydown", (event) => walk(event, [filter, ...inSight()]));
  return { whole, read: () => boxes.filter(([, box]) => box.checked).map(([code]) => code) };
}

function walk(event, stops) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = stops.indexOf(event.target);
  if (!by || at < 0) return;
  event.preventDefault();
  stops[Math.min(Math.max(at + by, 0), stops.length - 1)].focus();
}
