/* What the server makes of the rule: its sentence, its problems, its examples. The last question asked is the one answered. */
const WAIT = 300;

export function previewer(form, text, show) {
  let timer;
  let asked = new AbortController();
  async function ask() {
    asked.abort();
    asked = new AbortController();
    const body = new FormData();
    body.set("body", text());
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const response = await fetch(form.dataset.preview, { method: "POST", body, signal: asked.signal });
      if (!response.ok) throw new Error(String(response.status));
      show(await response.json());
    } catch (error) {
      if (error.name !== "AbortError") show(null);
    }
  }
  return () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  };
}
