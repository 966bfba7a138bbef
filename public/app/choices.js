import { announce, report } from "./swaps.js";
import { markOption } from "./options.js";

/**
 * Choices on demand, asked of the page that the field stands on. A select of many records has a combobox in its place: one
 * types, arrow keys move, Enter and Tab take, Escape leaves it as it was, and an emptied field is nothing chosen. The select
 * stays behind it and is what is sent. Check boxes of many records have a field above them that finds more of them.
 */
export function listenToChoices() {
  enhance();
  document.addEventListener("htmx:after:swap", enhance);
  document.addEventListener("toggle", onToggle, true);
  // Before the filters hear of it: looking for a choice does not change them yet.
  for (const type of ["input", "change"]) document.addEventListener(type, onNarrow, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest?.("[data-choices-of]")) event.preventDefault();
  });
}

const patience = 120;
let made = 0;

function enhance() {
  for (const box of document.querySelectorAll('[data-combobox=""]')) combobox(box);
  for (const narrow of document.querySelectorAll("[data-choices-of][hidden]")) narrow.hidden = false;
}

/** What fits the words, as a fragment; null when the page did not answer. */
async function ask(form, name, words) {
  const data = new URLSearchParams();
  for (const [key, value] of new FormData(form)) if (typeof value === "string") data.append(key, value);
  data.set("_choices", name);
  data.set("_words", words);
  const isGet = form.method === "get";
  const url = form.getAttribute("action");
  const answer = await fetch(isGet ? `${url}?${data}` : url, {
    method: form.method,
    headers: { "HX-Request": "true" },
    body: isGet ? null : data,
  }).catch(() => null);
  if (!answer?.ok) report(answer === null ? "offline" : "failed");
  return answer?.ok ? answer.text() : null;
}

function combobox(box) {
  box.dataset.combobox = "on";
  const select = box.querySelector("select");
  const field = box.querySelector(".combo-box");
  const input = field.querySelector("input");
  const clear = field.querySelector("button");
  const panel = box.querySelector(".combo-panel");
  const blank = [...select.options].find(({ value }) => value === "");
  let active = -1;
  let asked = 0;
  let timer;
  // Words were typed that are not answered yet, and whether Enter was pressed meanwhile.
  let isWaiting = false;
  let isHurried = false;

  takeOver();
  rest();
  select.form?.addEventListener("reset", () => setTimeout(rest));

  input.addEventListener("input", (event) => {
    event.stopPropagation();
    isWaiting = true;
    clearTimeout(timer);
    timer = setTimeout(() => open(input.value), patience);
  });
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("click", () => isOpen() || open(""));
  input.addEventListener("keydown", onKey);
  clear.addEventListener("click", () => {
    take("", blank.text);
    input.focus();
  });
  input.addEventListener("blur", () => {
    if (blank && input.value.trim() === "") take("", blank.text);
    else leave();
  });
  // Before the field loses the focus.
  panel.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option !== null) takeOption(option);
  });

  /** Puts the field where the select was, for the label, the sentences below it and the links of problems. */
  function takeOver() {
    input.id = `${select.id}-words`;
    for (const label of Array.from(select.labels)) label.htmlFor = input.id;
    for (const link of document.querySelectorAll(`a[href="#${CSS.escape(select.id)}"]`)) link.hash = input.id;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (!select.hasAttribute(name)) continue;
      input.setAttribute(name, select.getAttribute(name));
      select.removeAttribute(name);
    }
    if (select.required) input.setAttribute("aria-required", "true");
    input.disabled = select.disabled;
    made += 1;
    field.style.anchorName = `--combo-${made}`;
    panel.style.positionAnchor = `--combo-${made}`;
    select.hidden = true;
    field.hidden = false;
  }

  /** Shows what is chosen. */
  function rest() {
    const chosen = select.selectedOptions[0];
    const isChosen = (chosen?.value ?? "") !== "";
    input.value = isChosen ? chosen.text.trim() : "";
    input.placeholder = blank?.text.trim() ?? "";
    clear.hidden = !blank || !isChosen || select.disabled;
    field.classList.toggle("is-set", isChosen);
  }

  function options() {
    return [...panel.querySelectorAll("[role=option]")];
  }

  function isOpen() {
    return panel.matches(":popover-open");
  }

  async function open(words) {
    const number = (asked += 1);
    const text = await ask(select.form, select.name, words);
    if (number !== asked) return;
    isWaiting = false;
    if (text === null || !input.isConnected) return;
    panel.innerHTML = text;
    const list = panel.querySelector("[role=listbox]");
    list.id = `${select.id}-choices`;
    list.setAttribute("aria-label", input.getAttribute("aria-label"));
    for (const [at, option] of options().entries()) option.id = `${list.id}-${at}`;
    const [first] = options();
    if (isHurried && first) return takeOption(first);
    isHurried = false;
    if (document.activeElement !== input) return;
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "true");
    if (!isOpen()) panel.showPopover();
    const chosen = options().findIndex(({ dataset }) => dataset.value === select.value);
    mark(words.trim() === "" ? chosen : first ? 0 : -1);
    announce(list.dataset.said);
  }

  function mark(index) {
    active = index;
    markOption(input, options(), index);
  }

  function takeOption({ dataset }) {
    take(dataset.value, dataset.label);
  }

  function take(value, label) {
    const isOther = select.value !== value;
    if (![...select.options].some((option) => option.value === value)) select.add(new Option(label, value));
    select.value = value;
    leave();
    if (isOther) select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function leave() {
    clearTimeout(timer);
    asked += 1;
    isWaiting = false;
    isHurried = false;
    if (isOpen()) panel.hidePopover();
    input.setAttribute("aria-expanded", "false");
    mark(-1);
    rest();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey) return;
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) open("");
      else if (count > 0) mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter") {
      if (!isOpen() && !isWaiting) return;
      event.preventDefault();
      if (isWaiting) isHurried = true;
      else if (active >= 0) takeOption(options()[active]);
    } else if (event.key === "Tab") {
      if (isOpen() && !isWaiting && active >= 0 && input.value.trim() !== "") takeOption(options()[active]);
    } else if (event.key === "Escape" && (isOpen() || isWaiting)) {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
  }
}

function onToggle(event) {
  const narrow = event.newState === "open" ? event.target.querySelector?.("[data-choices-of]") : null;
  if (narrow) offerBoxes(narrow);
}

let boxesTimer;

function onNarrow(event) {
  const narrow = event.target.closest?.("[data-choices-of]");
  if (!narrow) return;
  event.stopPropagation();
  clearTimeout(boxesTimer);
  if (event.type === "input") boxesTimer = setTimeout(() => offerBoxes(narrow), patience);
}

/** More check boxes below those that are ticked, which stay. */
async function offerBoxes(narrow) {
  const input = narrow.querySelector("input");
  const words = input.value;
  const text = await ask(input.form, narrow.dataset.choicesOf, words);
  if (text === null || input.value !== words) return;
  const list = narrow.parentElement.querySelector("[data-choices-list]");
  for (const box of list.querySelectorAll("input:checked")) list.before(box.closest(".option"));
  list.innerHTML = text;
  const kept = new Set([...narrow.parentElement.querySelectorAll("input:checked")].map(({ value }) => value));
  // One that was ticked and unticked again stands above as well as among what was found.
  for (const box of list.querySelectorAll("input")) if (kept.has(box.value)) box.closest(".option").remove();
  for (const box of narrow.parentElement.querySelectorAll(":scope > .option input:not(:checked)"))
    if (list.querySelector(`input[value="${CSS.escape(box.value)}"]`)) box.closest(".option").remove();
  if (words !== "") announce(list.querySelector("[data-said]")?.dataset.said ?? "");
}
