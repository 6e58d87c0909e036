/* The keys, written out for people and told to screen readers; both from the table of commands. */
import { COMMANDS } from "./commands.js";
import { element } from "./dom.js";

const SHOWN = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };

export const shownKey = (key) => key.split("+").map((each) => SHOWN[each] ?? each).join(" + ");

/* Fill the list of keys, and label the buttons that rows are given. */
export function showKeys(list) {
  list.replaceChildren(...COMMANDS.map(({ key, label }) => element("div", {}, element("dt", {}, element("kbd", {}, shownKey(key))), element("dd", {}, label))), undoKeys());
  for (const button of document.getElementById("row-actions").content.querySelectorAll("[data-act]")) {
    const { label, key } = COMMANDS.find(({ name }) => name === button.dataset.act);
    button.title = label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-keyshortcuts", key);
  }
}

const undoKeys = () => element("div", {}, element("dt", {}, element("kbd", {}, "Ctrl + Z")), element("dd", {}, "Undo; with Shift: do it again"));
