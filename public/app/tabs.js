/** The tab of the page one is on is in sight, also where not all of them fit: on a phone, or with many saved views. */
export function listenToTabs() {
  showCurrent();
  // Counts come after the page, and bring the tabs anew; rows that filters bring say which tab they are of.
  document.addEventListener("htmx:after:swap", () => {
    markCurrent();
    showCurrent();
  });
}

function markCurrent() {
  const shown = document.querySelector("#list-region[data-shown]");
  if (shown === null) return;
  for (const tab of document.querySelectorAll("#list-tabs a"))
    if (new URL(tab.href).searchParams.get("view") === shown.dataset.shown) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
}

function showCurrent() {
  for (const bar of document.querySelectorAll(".tabbar")) {
    const tab = bar.querySelector("[aria-current]");
    if (tab === null) continue;
    const [box, room] = [tab.getBoundingClientRect(), bar.getBoundingClientRect()];
    if (box.left < room.left || box.right > room.right)
      bar.scrollLeft += box.left - room.left - (room.width - box.width) / 2;
  }
}
