/** Forms: a question before what cannot be undone, one submit at a time, saving on change. */
export function listenToForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-submit-on-change]")) form.requestSubmit();
  });
  // Coming back by the browser's history shows the page as it was left: let its forms be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });
  document.querySelector("[data-focus], [aria-invalid]")?.focus();
  for (const narrow of document.querySelectorAll("[data-narrow]")) listenToNarrow(narrow);
  for (const field of document.querySelectorAll("[data-needless-with]")) listenToNeedless(field);
  for (const field of document.querySelectorAll("select[data-from-browser]")) chooseOwn(field);
  for (const picker of document.querySelectorAll("[data-color-of]")) pickColor(picker);
}

/** A colour is typed or picked; the field with the text is what is sent. Without a script it stands there alone. */
function pickColor(picker) {
  const typed = document.getElementById(picker.dataset.colorOf);
  picker.closest("[hidden]").hidden = false;
  picker.addEventListener("input", () => {
    typed.value = picker.value;
  });
  typed.addEventListener("input", () => {
    const color = typed.value.trim() || typed.placeholder;
    if (/^#[0-9a-f]{6}$/i.test(color)) picker.value = color;
  });
}

/** What a browser knows of its owner is the first choice of a question that nobody has answered yet. */
function chooseOwn(field) {
  const own =
    field.dataset.fromBrowser === "timezone" ? Intl.DateTimeFormat().resolvedOptions().timeZone : navigator.language;
  if ([...field.options].some(({ value }) => value === own)) field.value = own;
}

/** Choices that another check box makes needless are out of the way while it is ticked. */
function listenToNeedless(field) {
  const all = field.form.elements.namedItem(field.dataset.needlessWith);
  const show = () => {
    field.hidden = all.checked;
  };
  all.addEventListener("change", show);
  show();
}

/** Many check boxes: a field that hides those without its words. Without a script all of them are there. */
function listenToNarrow(narrow) {
  const field = document.getElementById(narrow.dataset.narrow);
  const none = narrow.querySelector("[data-none]");
  const chosenIn = (group) => group.querySelectorAll(".option input:checked").length;
  narrow.hidden = false;
  narrow.addEventListener("input", ({ target }) => {
    const words = target.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const option of field.querySelectorAll(".option")) {
      const heading = option.closest(".option-group")?.querySelector("legend").textContent ?? "";
      const text = `${heading} ${option.textContent}`.toLowerCase();
      option.hidden = !words.every((word) => text.includes(word));
      if (!option.hidden) shown += 1;
    }
    for (const group of field.querySelectorAll(".option-group")) {
      group.hidden = group.querySelector(".option:not([hidden])") === null;
      const details = group.querySelector("details");
      if (details !== null) details.open = target.value.trim() === "" ? chosenIn(group) > 0 : !group.hidden;
    }
    none.textContent = shown === 0 ? none.dataset.none : "";
  });
  field.addEventListener("change", ({ target }) => {
    const group = target.closest(".option-group");
    const count = group?.querySelector("[data-chosen]");
    if (count) count.textContent = String(chosenIn(group));
  });
  // Enter would send the form that is only being filled in.
  narrow.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

async function onSubmit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog") return;
  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(form))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
    delete form.dataset.confirmed;
    return;
  }
  // A button of htmx inside the form only asks something; the form itself is still to be sent.
  if (form.method !== "post" || event.submitter?.matches("[hx-post]")) return;
  if (form.hasAttribute("aria-busy")) event.preventDefault();
  else form.setAttribute("aria-busy", "true");
}

/** Shows the question of a form; answers whether to go on. */
function ask(form) {
  const dialog = document.getElementById("confirm-dialog");
  dialog.querySelector("[data-question]").textContent = form.dataset.confirm;
  const go = dialog.querySelector("[data-go]");
  go.textContent = form.dataset.confirmLabel || go.dataset.go;
  go.className = `btn act-${form.dataset.confirmLook === "danger" ? "danger" : "primary"}`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "go"), { once: true });
  });
}
