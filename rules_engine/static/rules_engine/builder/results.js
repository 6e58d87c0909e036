/* How an example came out, and why: what was seen at each condition, as the server says.
 *
 * <span data-result>Holds</span> … <details data-trace><summary>Why</summary><ul><li data-verdict="false">No: …</li></ul></details>
 */
import { element } from "./dom.js";

export function showResult(item, result) {
  const [badge, why, mend] = ["[data-result]", "[data-trace]", '[data-act="mend"]'].map((each) => item.querySelector(each));
  badge.hidden = why.hidden = !result;
  mend.hidden = !result || result.passed;
  if (!result) return;
  badge.dataset.tone = result.passed ? "ok" : "bad";
  badge.textContent = result.passed ? "Holds" : `Gives ${said(result.got)}`;
  mend.textContent = `Expect ${said(result.got)}`;
  mend.expect = result.got;
  why.querySelector("ul").replaceChildren(...result.trace.map(line));
  if (!result.passed) why.open = true;
}

const said = (answer) => String(answer).toLowerCase().replaceAll("_", " ");

function line({ depth, verdict, text }) {
  const made = element("li", { "data-verdict": verdict }, text);
  made.style.setProperty("--depth", depth);
  return made;
}
