/**
 * Buttons for what is shown only once. `data-copy` names the element whose text or value goes to the clipboard, `data-print`
 * prints the page. Without JavaScript they stay hidden: there the text is selected by a click.
 */
export function listenToKeep() {
  for (const button of document.querySelectorAll("[data-copy], [data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => (button.dataset.copy === undefined ? window.print() : copy(button)));
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    // Only there where the page is encrypted or comes from this machine.
    await navigator.clipboard.writeText(textOf(source));
  } catch {
    select(source);
    if (!document.execCommand("copy")) return;
  }
  const words = button.querySelector("span");
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  document.getElementById("announcer")?.replaceChildren(button.dataset.copied);
  setTimeout(() => (words.textContent = before), 2000);
}

function textOf(source) {
  if ("value" in source) return source.value;
  const items = [...source.querySelectorAll("code")];
  return (items.length === 0 ? [source] : items).map((item) => item.textContent.trim()).join("\n");
}

function select(source) {
  if (source instanceof HTMLInputElement) return source.select();
  getSelection().selectAllChildren(source);
}
