// The pool page's method:
//   <ol data-steps><li> … <input type="checkbox" data-use> … <input type="number" data-place> … </li></ol>
//   <section id="preview"> … <button formaction="…/preview/"> … </section>, or <a href="…/preview/"> for readers
// Buttons move a step up and down, and the preview follows what is on the page. Without scripts the places are typed,
// and the button leads to a page of its own.

const PAUSE = 500; // ms after the last change

function renumber(list) {
  [...list.children].forEach((step, at) => {
    step.querySelector("[data-place]").value = at + 1;
  });
}

function mover(step, text, label, move) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fl-button fm-move";
  button.dataset.kind = "quiet";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () => {
    move(step);
    renumber(step.parentElement);
    button.focus();
    step.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}

for (const step of document.querySelectorAll("[data-steps] > li")) {
  const name = step.querySelector("strong").textContent.replace(".", "");
  step.querySelector(".fm-head").append(
    mover(step, "↑", `${name}: earlier`, (one) => one.previousElementSibling?.before(one)),
    mover(step, "↓", `${name}: later`, (one) => one.nextElementSibling?.after(one)),
  );
}
for (const list of document.querySelectorAll("[data-steps]")) {
  list.dataset.movable = "";
}

let timer = 0;
let latest = 0;

async function preview(form) {
  const region = document.getElementById("preview");
  const button = region?.querySelector("[formaction], [href]");
  if (!button) return;
  const turn = ++latest;
  const answer = await (button.href
    ? fetch(button.href, { credentials: "same-origin" })
    : fetch(button.formAction, { method: "POST", body: new FormData(form), credentials: "same-origin" }));
  if (!answer.ok || answer.redirected || turn !== latest) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
  if (!fresh) return;
  const actions = region.querySelector(".fl-actions");
  region.replaceChildren(...fresh.childNodes, actions);
}

const form = document.getElementById("pool_form");
if (form) preview(form).catch(() => {});
form?.addEventListener("change", (event) => {
  if (!event.target.closest("[data-method], .fm-orders, #id_overflow")) return;
  clearTimeout(timer);
  timer = setTimeout(() => preview(form).catch(() => {}), PAUSE);
});
