/**
 * Small forms as a dialog: a link with data-sheet loads its page's form into the one dialog of the frame. The form is sent
 * as on its own page. Focus goes into the dialog and back to where it was.
 */
export function listenToSheets() {
  const sheet = document.getElementById("sheet");
  if (sheet === null) return;
  document.addEventListener("htmx:after:swap", () => {
    const body = document.getElementById("sheet-body");
    if (body.childElementCount === 0 || sheet.open) return;
    sheet.setAttribute("aria-label", body.querySelector(".sheet-title")?.textContent ?? "");
    sheet.showModal();
    (
      body.querySelector("[autofocus], input:not([type=hidden]), select, textarea") ?? body.querySelector("button")
    )?.focus();
  });
  sheet.addEventListener("close", () => document.getElementById("sheet-body").replaceChildren());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) {
      event.preventDefault();
      sheet.close();
    }
    const move = event.target.closest("[name=move]");
    if (move !== null) {
      event.preventDefault();
      moveItem(move);
    }
  });
}

/** Moves an item of an ordered list one place, and keeps the focus on the button. */
function moveItem(button) {
  const item = button.closest("li");
  if (button.value.startsWith("up:")) item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
}
