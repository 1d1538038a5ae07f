// Enhancement only: every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("has-script");
  document.querySelectorAll("[data-tick-all]").forEach((all) => {
    const rows = () => document.querySelectorAll('input[name="rows"]');
    all.hidden = rows().length === 0;
    all.addEventListener("change", () => rows().forEach((one) => { one.checked = all.checked; }));
  });
  const dialog = document.getElementById("keys");
  const OFF = "zhidai-single-keys-off";
  const singleKeys = () => localStorage.getItem(OFF) !== "yes";

  // The help dialog. Its link leads to a page of its own where dialogs are unknown.
  const openKeys = (event) => {
    if (!dialog || !dialog.showModal) return;
    event?.preventDefault();
    dialog.showModal();
  };
  document.querySelectorAll("[data-opens-keys]").forEach((one) => one.addEventListener("click", openKeys));
  const toggle = document.getElementById("single-keys");
  if (toggle) {
    toggle.checked = singleKeys();
    toggle.addEventListener("change", () => localStorage.setItem(OFF, toggle.checked ? "no" : "yes"));
  }

  // A second click does not send a form twice (the service would not act twice either).
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
    // Where the answer takes a while, the button says that work goes on.
    setTimeout(() => tellsOfWork(event.submitter ?? form.querySelector("button")), 500);
  });
  const tellsOfWork = (button) => {
    if (!button?.form?.dataset.sent) return;
    button.dataset.words = button.innerHTML;
    button.setAttribute("aria-live", "polite");
    button.setAttribute("aria-busy", "true");
    button.textContent = document.body.dataset.sending;
  };
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((button) => {
        ["aria-disabled", "aria-busy", "aria-live"].forEach((name) => button.removeAttribute(name));
        if (button.dataset.words === undefined) return;
        button.innerHTML = button.dataset.words;
        delete button.dataset.words;
      });
    });
  });

  // A file that is asked for takes a while to begin: so one is told that it comes, and does not ask again.
  document.addEventListener("click", (event) => {
    const way = event.target.closest("a[download]");
    if (!way) return;
    const words = way.parentElement.querySelector("[role=status]") ?? document.createElement("span");
    words.setAttribute("role", "status");
    words.className = "soft small";
    way.parentElement.append(" ", words);
    words.textContent = document.body.dataset.fileComes;
    setTimeout(() => words.remove(), 6000);
  });

  // A file that is chosen is stored at once; the form refers to it by its id, or its hash.
  document.querySelectorAll("[data-stores-into]").forEach((one) => one.addEventListener("change", async () => {
    const [name, reference] = one.dataset.storesInto.split(" ").map((id) => document.getElementById(id));
    const file = one.files[0];
    if (!file) return;
    const sent = new FormData();
    sent.append("_token", one.form.elements._token.value);
    sent.append("file", file);
    let refusal = "";
    one.setCustomValidity("");
    one.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch("/papers", { method: "POST", body: sent });
      const kept = answer.redirected ? { detail: document.body.dataset.loginEnded } : await answer.json();
      if (answer.redirected || !answer.ok) refusal = kept.detail;
      if (refusal) throw new Error(refusal);
      // Where one chooses among stored papers, the new one is one of them.
      if (reference.options) reference.add(new Option(kept.filename, kept.id));
      name.value = kept.filename;
      reference.value = reference.name.endsWith("reference") ? kept.id : kept.sha256;
    } catch {
      name.value = reference.value = "";
      // What the browser says of a broken line is for engineers, and in English.
      one.setCustomValidity(refusal || document.body.dataset.fileNotStored);
      one.reportValidity();
    }
    one.removeAttribute("aria-busy");
  }));

  // A field is written where one was typing last; how words would read is shown while they are typed.
  let taking = document.querySelector("[data-takes-fields]");
  document.querySelectorAll("[data-takes-fields]").forEach((one) => one.addEventListener("focus", () => { taking = one; }));
  document.querySelectorAll("[data-inserts]").forEach((one) => one.addEventListener("click", () => {
    if (!taking) return;
    taking.focus();
    taking.setRangeText(one.dataset.inserts, taking.selectionStart, taking.selectionEnd, "end");
    taking.dispatchEvent(new Event("input", { bubbles: true }));
  }));
  const typed = document.querySelector("form[data-previews]");
  const shownPreview = document.querySelector("[data-preview-body]");
  if (typed && shownPreview) {
    let waiting = 0, asked = 0;
    const look = async () => {
      const mine = ++asked;
      const sent = new FormData(typed);
      try {
        const answer = await fetch(typed.dataset.previews, { method: "POST", body: new URLSearchParams(sent) });
        const part = await answer.text();
        if (answer.ok && mine === asked) shownPreview.innerHTML = part;
      } catch { /* the next letter asks again */ }
    };
    const soon = () => { clearTimeout(waiting); waiting = setTimeout(look, 600); };
    typed.addEventListener("input", soon);
    typed.addEventListener("change", soon);
  }

  // On a small screen the navigation is one line: it begins where one is.
  const entry = document.querySelector(".side a[aria-current]");
  if (entry) entry.closest("ul").scrollLeft = entry.offsetLeft - 24;

  // What was answered is read out first.
  document.querySelector("[data-focus]")?.focus();
  // A form that was refused stays open, where the person was.
  document.querySelectorAll(".actions details").forEach((one) => {
    one.addEventListener("toggle", () => {
      if (one.open) {
        document.querySelectorAll(".actions details[open]").forEach((other) => {
          if (other !== one) other.open = false;
        });
        one.querySelector("textarea, input:not([type=hidden]), select")?.focus({ preventScroll: true });
      }
    });
  });

  // Keys: letters alone, which can be switched off (WCAG 2.1.4); the rows of a table by j and k.
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  let here = -1;
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    here = Math.min(Math.max(here + step, 0), all.length - 1);
    all.forEach((row, at) => row.classList.toggle("is-here", at === here));
    const link = all[here].querySelector("a");
    link?.focus();
  };
  let leader = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !singleKeys()) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const key = event.key;
    if (leader && Date.now() - leader < 1500) {
      leader = 0;
      const link = document.querySelector(`.side a[data-key="${CSS.escape(key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (key === "?") openKeys(event);
    else if (key === "g") leader = Date.now();
    else if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (key === "a") {
      const action = document.querySelector(".actions .action, .actions summary");
      if (action) { event.preventDefault(); action.focus(); }
    }
  });

  // The palette: to any page or thing by its name. Its button leads to a page without this file.
  const palette = document.getElementById("palette");
  if (palette?.showModal) {
    const words = document.getElementById("palette-q");
    const list = document.getElementById("palette-list");
    const told = document.getElementById("palette-said");
    const hint = told.textContent;
    const options = () => [...list.querySelectorAll("[role=option]")];
    let chosen = -1, asked = 0, waiting = 0, shown = null;
    const choose = (at) => {
      const all = options();
      chosen = all.length ? (at + all.length) % all.length : -1;
      all.forEach((one, n) => one.setAttribute("aria-selected", String(n === chosen)));
      if (chosen < 0) { words.removeAttribute("aria-activedescendant"); return; }
      words.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };
    const look = async () => {
      const mine = ++asked, said = words.value;
      try {
        const answer = await fetch(`/find/part?q=${encodeURIComponent(said)}`);
        if (!answer.ok || answer.redirected || mine !== asked) return;
        list.innerHTML = await answer.text();
        shown = said;
        words.setAttribute("aria-expanded", String(options().length > 0));
        told.textContent = options().length ? hint : told.dataset.none;
        choose(0);
      } catch { /* the next letter asks again */ }
    };
    const open = (event) => {
      event?.preventDefault();
      if (palette.open) return;
      palette.showModal();
      words.value = "";
      words.focus();
      look();
    };
    document.querySelectorAll("[data-opens-palette]").forEach((one) => one.addEventListener("click", open));
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") open(event);
    });
    words.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 150); });
    words.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && shown === words.value && chosen >= 0) {
        event.preventDefault();
        location.assign(options()[chosen].dataset.href);
      }
    });
    list.addEventListener("click", (event) => {
      const one = event.target.closest("[role=option]");
      if (one) location.assign(one.dataset.href);
    });
  }

  // Filters act at once; the button stays for those without this file.
  document.querySelectorAll("form[data-at-once] select").forEach((select) => {
    select.addEventListener("change", () => select.form.requestSubmit());
  });
  document.querySelectorAll("[data-prints]").forEach((button) => {
    button.addEventListener("click", () => window.print());
  });

  // A part of the page that is asked for again until it leads on.
  const changing = document.querySelector("[data-refreshes]");
  const refresh = async () => {
    try {
      const answer = await fetch(changing.dataset.refreshes);
      if (answer.ok) changing.innerHTML = await answer.text();
    } catch { /* the server is busy or restarting; the next time asks again */ }
    const through = changing.querySelector("[data-goes-to]");
    if (through) location.assign(through.dataset.goesTo);
    else if (changing.querySelector("progress")) setTimeout(refresh, 1000);
  };
  if (changing?.querySelector("progress")) setTimeout(refresh, 1000);

  // News in the inbox arrive while the page is open.
  const bell = document.querySelector("[data-inbox-stream]");
  if (bell && window.EventSource) {
    const news = new EventSource(bell.dataset.inboxStream);
    news.addEventListener("message", () => { bell.hidden = false; });
    window.addEventListener("pagehide", () => news.close());
  }
})();
