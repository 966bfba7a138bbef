/** Single keys act only while nothing is being typed; Ctrl+Enter sends the form one is writing in. */
export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.closest("form[data-submit-key]")?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const target = document.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key)}"]`);
    if (target === null) return;
    event.preventDefault();
    if (target.matches("input, textarea")) target.focus();
    else target.click();
  });
}

function isTyping(element) {
  return element.isContentEditable || element.closest("input, textarea, select, dialog[open]") !== null;
}
