/** In a note an @ offers the colleagues who may see what it is about. What is typed stays plain text: "@Ada Lovelace". */
export function listenToMentions() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-mentions]")) offer(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-mentions]")) onKey(event);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-mentions]")) close(event.target);
  });
  // Before the field loses the focus, so that the list is still there.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".mention-list [role=option]");
    if (option === null) return;
    event.preventDefault();
    take(document.getElementById(option.parentElement.dataset.for), option);
  });
}

/** What stands between the @ and the caret, or null. */
function typed(field) {
  if (field.selectionStart !== field.selectionEnd) return null;
  const before = field.value.slice(0, field.selectionStart);
  return /(?:^|[\s(,;:/])@([\p{L}\p{N}._%+-]*(?: [\p{L}\p{N}._%+-]*)?)$/u.exec(before)?.[1] ?? null;
}

const listOf = (field) => document.getElementById(`${field.id}-mentions`);
const options = (list) => [...list.querySelectorAll("[role=option]")];
let asked = 0;

async function offer(field) {
  const letters = typed(field);
  const number = (asked += 1);
  if (letters === null) return close(field);
  narrow(field, letters);
  const url = `${field.dataset.mentions}?q=${encodeURIComponent(letters)}`;
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  // What was typed since has been asked for by itself.
  if (number !== asked || !answer?.ok || typed(field) !== letters) return;
  const list = listOf(field) ?? newList(field);
  list.innerHTML = await answer.text();
  if (options(list).length === 0) return close(field);
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  mark(field, list, 0);
}

/** Until the answer is there nobody stands in the list, and could be taken, whom the letters no longer fit. */
function narrow(field, letters) {
  const list = listOf(field);
  if (list === null || list.hidden) return;
  const wanted = letters.trim().toLowerCase();
  for (const option of options(list)) {
    const [name, email] = Array.from(option.children, (part) => part.textContent.toLowerCase());
    if (!` ${name}`.includes(` ${wanted}`) && !email.startsWith(wanted)) option.remove();
  }
  if (options(list).length === 0) close(field);
  else mark(field, list, 0);
}

function newList(field) {
  const list = document.createElement("ul");
  list.id = `${field.id}-mentions`;
  list.className = "suggest mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.mentionsLabel);
  list.dataset.for = field.id;
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  return list;
}

function close(field) {
  const list = listOf(field);
  if (list === null) return;
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function mark(field, list, index) {
  for (const [at, option] of options(list).entries()) option.setAttribute("aria-selected", String(at === index));
  field.setAttribute("aria-activedescendant", options(list)[index].id);
}

function onKey(event) {
  const field = event.target;
  const list = listOf(field);
  if (list === null || list.hidden || event.ctrlKey || event.metaKey) return;
  const all = options(list);
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    mark(field, list, (at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length);
  } else if (event.key === "Enter" || event.key === "Tab") take(field, all[at]);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(field, option) {
  const end = field.selectionStart;
  const start = end - typed(field).length;
  field.setRangeText(`${option.dataset.handle} `, start, end, "end");
  close(field);
  asked += 1;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
