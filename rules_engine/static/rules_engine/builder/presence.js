/* Who else has the rule open: asked now and every so often, so that two people do not write over each other unawares.
 *
 * <div data-presence="/…/presence/" data-name="…"><p data-who></p><button data-take>Take over</button></div>
 */
const EVERY = 20_000;

export function watchPresence(notice, token, say) {
  const url = notice.dataset.presence;
  const who = notice.querySelector("[data-who]");
  const form = (act) => {
    const body = new FormData();
    body.set("act", act);
    body.set("csrfmiddlewaretoken", token);
    return body;
  };

  async function tell(act) {
    try {
      const response = await fetch(url, { method: "POST", body: form(act) });
      if (response.ok) show(await response.json());
    } catch {
      // A lost connection says nothing about who edits; the next round asks again, and saving checks in any case.
    }
  }

  function show({ holder, since }) {
    const text = holder ? `${holder} has had this rule open since ${since}.` : "";
    if (who.textContent === text) return;
    who.textContent = text;
    notice.hidden = !holder;
    if (holder) say(text);
  }

  notice.querySelector("[data-take]").addEventListener("click", async () => {
    await tell("take");
    say("You have taken the rule over.");
    document.querySelector("#rule-name").focus();
  });
  globalThis.addEventListener("pagehide", () => navigator.sendBeacon(url, form("leave")));
  setInterval(() => tell("stay"), EVERY);
  tell("stay");
}
