import { announce } from "./swaps.js";

/**
 * Rows of a list: j and k move, x ticks, Enter opens, and Shift ticks everything in between. The boxes work without this;
 * it only makes many of them quicker.
 */
let last = null;

/** The button that changes the status of what is ticked. */
export const statusOfMany = '#bulk-form button[name="do"]:is([value="status"], [value="billable"])';

export function listenToRows() {
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("input[name=ids]");
    if (box) {
      if (event.shiftKey && last?.isConnected) tickBetween(last, box);
      last = box;
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.matches?.("[data-pick-all], input[name=ids], #bulk-form input[name=all]")) count();
  });
  document.addEventListener("reset", (event) => {
    if (event.target.id === "bulk-form") setTimeout(count);
  });
}

/** What a key does on a list; answers whether it did anything. */
export function onRowKey(key) {
  const rows = [...document.querySelectorAll("#list-region tbody tr[data-id]")];
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  if (key === "j" || key === "k") {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + (key === "j" ? 1 : -1)))];
    (next.querySelector(".row-link") ?? next.querySelector("input, a"))?.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  const box = at === -1 ? null : rows[at].querySelector("input[name=ids]");
  if (key === "x" && box) {
    box.click();
    return true;
  }
  // The status of what is ticked, or else of the row one is in.
  const status = document.querySelector(statusOfMany);
  if (key === "e" && status) {
    if (boxes().every((one) => !one.checked) && box) box.click();
    status.click();
    return true;
  }
  return false;
}

function boxes() {
  return [...document.querySelectorAll(".rows input[name=ids]")];
}

function tickBetween(from, to) {
  const all = boxes();
  const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  if (start === -1) return;
  for (const box of all.slice(start, end + 1)) box.checked = to.checked;
  count();
}

function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  const label = document.querySelector("[data-bulk-count]");
  if (label === null) return;
  label.textContent = label.dataset.bulkCount.replace("{count}", chosen);
  announce(label.textContent);
}
