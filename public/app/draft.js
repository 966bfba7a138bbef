/**
 * What was typed into a step of the wizard is still there for whoever leaves it by "Back" and returns: in this tab, until the
 * step is sent. Passwords and files are not kept.
 */
export function listenToDraft() {
  const form = document.querySelector("form[data-draft]");
  if (form === null) return;
  const key = `purser:draft:${form.getAttribute("action")}`;
  const fields = [...form.elements].filter((field) =>
    field.matches("[name]:is(input, select, textarea):not([type=hidden], [type=password], [type=file])"),
  );
  const keep = () =>
    sessionStorage.setItem(key, JSON.stringify(fields.map((field) => (isTicked(field) ? field.checked : field.value))));
  // What was sent and is not right yet stands in the page.
  if (form.querySelector("[aria-invalid]") !== null) keep();
  restore(fields, JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", ({ submitter }) => submitter?.matches("[hx-post]") || sessionStorage.removeItem(key));
}

const isTicked = ({ type }) => type === "checkbox" || type === "radio";

function restore(fields, values) {
  // A draft of another version's form fits none of these.
  if (values.length !== fields.length) return;
  for (const [index, field] of fields.entries()) {
    if (isTicked(field)) field.checked = values[index];
    else field.value = values[index];
    // Chosen already, and not to be guessed.
    delete field.dataset.fromBrowser;
  }
}
