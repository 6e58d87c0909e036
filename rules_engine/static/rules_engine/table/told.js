/* What the server says of the table, above the grid: each line that has a place in it leads there.
 *
 * <details data-told><summary><span data-problems>2 things to mend.</span></summary><ul><li><button>Row 3, Reason code</button> "reason" is missing …</li></ul></details>
 */
import { element } from "../builder/dom.js";

/* Show how many things are to mend, then each; `failing` examples come out differently. */
export function tell(details, { count, placed, elsewhere, failing, visit }) {
  const examples = failing ? ` ${counted(failing, "example comes", "examples come")} out differently.` : "";
  details.querySelector("summary span").textContent = `${count ? `${counted(count, "thing", "things")} to mend.` : "The table is sound."}${examples}`;
  const lines = placed.map(({ problem, place, called }) => element("li", {}, link(called, () => visit(place)), problem.detail));
  details.querySelector("ul").replaceChildren(...lines, ...elsewhere.map(({ detail }) => element("li", {}, detail)));
}

export const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

export function link(text, act) {
  const button = element("button", { type: "button", class: "fl-plain" }, text);
  button.addEventListener("click", act);
  return button;
}
