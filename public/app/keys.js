import { onRowKey, statusOfMany } from "./rows.js";

/**
 * The keyboard map. Single keys act only while nothing is being typed and no dialog is open, and not at all for those who
 * have switched them off (WCAG 2.1.4); keys with Ctrl or Cmd always do. `data-keys` and `aria-keyshortcuts` on an element
 * say which keys use it; "g t" are two keys one after the other.
 */
const patience = 1200;
const onTicket = {
  r: '#composer input[name="note_type"][value="public"]',
  i: '#composer input[name="note_type"][value="internal"]',
  x: '#composer input[name="note_type"][value="internal"]',
  t: '#composer [name="duration"]',
  s: '#desk-details [name="status_id"]',
  a: '#desk-details [name="assigned_to_id"]',
};
const onList = {
  j: "#list-region tr[data-id]",
  k: "#list-region tr[data-id]",
  Enter: "#list-region tr[data-id]",
  x: "#list-region input[name=ids]",
  e: statusOfMany,
};
const sendable = "form[data-submit-key], form.form";
const savable = "main form.form:not(.inline-form)";
const withControl = { "Control+Enter": `main :is(${sendable})`, "Control+s": savable, "Control+k": "#palette" };

export function listenToKeys() {
  let first = "";
  let timer;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return onCommandKey(event);
    if (event.altKey || isTyping(event.target) || document.body.dataset.shortcuts === "off") return;
    const keys = first === "" ? event.key : `${first} ${event.key}`;
    clearTimeout(timer);
    first = "";
    if (keys === "g") {
      first = "g";
      timer = setTimeout(() => (first = ""), patience);
      return;
    }
    if (act(keys)) event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", showWhatApplies);
}

/** The map over a page shows what does something on that page; the map's own page shows all of it. */
function showWhatApplies() {
  for (const section of document.querySelectorAll("#sheet-body .keymap section")) {
    const rows = [...section.querySelectorAll("[data-shortcut]")];
    for (const row of rows) row.hidden = !applies(row.dataset.shortcut);
    section.hidden = rows.every((row) => row.hidden);
  }
}

function applies(keys) {
  const places = [onTicket[keys], onList[keys], withControl[keys], elementsOf(keys)].filter((place) => place);
  return keys === "Escape" || document.querySelector(places.join(", ")) !== null;
}

/** The elements that say by themselves which key uses them. */
function elementsOf(keys) {
  const quoted = CSS.escape(keys);
  return `[data-keys="${quoted}"], [aria-keyshortcuts="${quoted}"]`;
}

function onCommandKey(event) {
  const key = event.key.toLowerCase();
  if (key === "enter") {
    const form = event.target.closest?.(sendable);
    if (form) form.requestSubmit();
  } else if (key === "s" && !event.shiftKey) {
    const form = event.target.closest?.("form.form") ?? document.querySelector(savable);
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  } else if (key === "k" && !event.shiftKey && document.getElementById("palette")) {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("palette:open"));
  }
}

function act(keys) {
  const spot = document.querySelector(onTicket[keys] ?? "no-such");
  if (spot) {
    if (spot.type === "radio") {
      spot.click();
      document.getElementById("composer-body")?.focus();
    } else spot.focus();
    return true;
  }
  if (onRowKey(keys)) return true;
  const target = document.querySelector(elementsOf(keys));
  if (!target) return false;
  // A menu that is open is closed by the browser; only then is a bar that is shown put away.
  if (keys === "Escape" && (document.querySelector(":popover-open") || !target.checkVisibility())) return false;
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
  return true;
}

function isTyping(element) {
  if (!(element instanceof Element)) return false;
  if (element.matches("input[type=checkbox], input[type=radio]") && !element.closest("dialog[open]")) return false;
  return element.isContentEditable || element.closest("input, textarea, select, dialog[open]") !== null;
}
