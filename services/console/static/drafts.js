// What is typed into a form of much text is kept at the server and is there again. Enhancement only.
(() => {
  "use strict";
  const forms = [...document.querySelectorAll("main form[method=post]")].filter((form) =>
    form.querySelector("textarea") && !form.hasAttribute("data-not-kept"));
  // A page that answers a form shows what was typed into it, which is younger than what was kept.
  const answers = document.body.hasAttribute("data-answers-form");
  const words = document.body.dataset;

  forms.forEach((form) => {
    const place = new URL(form.action, location.href).pathname;
    const said = document.createElement("p");
    said.className = "hint kept-note";
    said.setAttribute("role", "status");
    const token = form.elements._token;
    let last = "", waiting = 0, asked = false;

    const typed = () => {
      const fields = new URLSearchParams();
      new FormData(form).forEach((value, name) => {
        if (typeof value === "string" && !name.startsWith("_")) fields.append(name, value);
      });
      return fields;
    };
    const tell = (text, discard) => {
      if (!said.isConnected) form.append(said);
      said.textContent = text;
      if (!discard) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link-button";
      button.textContent = words.draftDiscard;
      button.addEventListener("click", () => { form.reset(); keep(true); });
      said.append(" ", button);
    };
    // The time of day is enough for today alone: what was typed a week ago says its day.
    const clock = (at) => {
      const then = new Date(at), asked = { hour: "2-digit", minute: "2-digit" };
      if (then.toDateString() !== new Date().toDateString()) Object.assign(asked, { month: "long", day: "numeric" });
      return then.toLocaleString(document.documentElement.lang, asked);
    };
    const keep = async (nothing) => {
      const fields = nothing ? new URLSearchParams() : typed();
      if (String(fields) === last) return;
      last = String(fields);
      fields.set("_token", token.value);
      fields.set("place", place);
      try {
        const answer = await fetch("/drafts", { method: "POST", body: fields });
        if (!answer.ok || answer.redirected) return;
        const { kept } = await answer.json();
        tell(kept ? words.draftKept.replace("{at}", clock(Date.now())) : "");
      } catch { /* the next letter tries again */ }
    };
    const restore = async () => {
      if (asked) return;
      asked = true;
      const mark = document.createElement("input");
      Object.assign(mark, { type: "hidden", name: "_kept", value: "1" });
      form.append(mark);
      if (answers) return;
      try {
        const answer = await fetch(`/drafts?place=${encodeURIComponent(place)}`);
        if (!answer.ok || answer.redirected) return;
        const { fields, at } = await answer.json();
        let some = false;
        Object.entries(fields || {}).forEach(([name, value]) => {
          const field = form.elements.namedItem(name);
          // Only words: a choice or a box may mean something else by now.
          if (!field || !("defaultValue" in field) || ["hidden", "checkbox", "radio", "date"].includes(field.type)) return;
          if (field.value === field.defaultValue && field.value !== value) { field.value = value; some = true; }
        });
        if (some) tell(words.draftRestored.replace("{at}", clock(at)), true);
      } catch { /* the form is as it was */ }
    };
    form.addEventListener("focusin", restore);
    if (form.querySelector("textarea").checkVisibility?.()) restore();
    form.addEventListener("input", (event) => {
      if (!event.isTrusted || event.target.matches("[data-not-kept]")) return;
      clearTimeout(waiting);
      waiting = setTimeout(keep, 900);
    });
    form.addEventListener("submit", () => clearTimeout(waiting));
  });
})();
