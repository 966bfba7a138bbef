import { markOption } from "./options.js";

/**
 * The command palette: Ctrl+K opens it, arrow keys move, Enter goes. Before anything is typed it also shows the records
 * that were opened last in this browser; signing out forgets them.
 */
const store = "purser:recent";
const most = 6;

export function listenToPalette() {
  const dialog = document.getElementById("palette");
  if (dialog === null) {
    if (document.querySelector("form[action$='sign-in']")) localStorage.removeItem(store);
    return;
  }
  const input = dialog.querySelector("input[name=q]");
  const list = document.getElementById("palette-list");
  let active = -1;
  // Words were typed that are not answered yet, and whether Enter was pressed meanwhile.
  let isWaiting = false;
  let isHurried = false;
  remember();

  const options = () => [...list.querySelectorAll("[role=option]")];
  const mark = (index) => {
    active = index;
    markOption(input, options(), index);
  };

  const go = () => {
    isHurried = false;
    if (active >= 0) options()[active].click();
  };

  document.addEventListener("palette:open", () => {
    if (dialog.open) return dialog.close();
    dialog.querySelector("[name=path]").value = location.pathname;
    input.value = "";
    dialog.showModal();
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  input.addEventListener("input", () => {
    isWaiting = true;
    isHurried = false;
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!dialog.open || ctx?.target !== list) return;
    if (input.value.trim() === "") showRecent(list);
    mark(options().length > 0 ? 0 : -1);
    isWaiting = wordsOf(ctx.request) !== input.value;
    if (isHurried && !isWaiting) go();
  });
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isWaiting) isHurried = true;
      else go();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

function wordsOf({ action }) {
  return new URL(action, location.href).searchParams.get("q");
}

function recents() {
  try {
    const found = JSON.parse(localStorage.getItem(store) ?? "[]");
    return Array.isArray(found) ? found.filter(({ href, title }) => /^\/[a-z]/.test(href) && title) : [];
  } catch {
    return [];
  }
}

/** A page of one record is remembered by its heading. */
function remember() {
  const heading = document.querySelector("main h1");
  const isRecord = /^\/[a-z-]+\/[0-9a-f]{8}-[0-9a-f-]{27}$/.test(location.pathname);
  if (!isRecord || heading === null || document.querySelector(".error-page")) return;
  const one = { href: location.pathname, title: heading.textContent.trim().replace(/\s+/g, " ") };
  const others = recents().filter(({ href }) => href !== one.href);
  localStorage.setItem(store, JSON.stringify([one, ...others].slice(0, most)));
}

function showRecent(list) {
  const items = recents().filter(({ href }) => href !== location.pathname);
  if (items.length === 0) return;
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", list.dataset.recent);
  const label = document.createElement("p");
  label.className = "suggest-label";
  label.setAttribute("aria-hidden", "true");
  label.textContent = list.dataset.recent;
  group.append(label);
  for (const [at, { href, title }] of items.entries()) {
    const link = document.createElement("a");
    Object.assign(link, { href, textContent: title, id: `recent-${at}`, className: "hit", tabIndex: -1 });
    link.setAttribute("role", "option");
    group.append(link);
  }
  list.prepend(group);
}
