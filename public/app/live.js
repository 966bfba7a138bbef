import { announce } from "./swaps.js";

/**
 * Live updates: elements with data-live name a topic. When it changes, those with data-live-url are fetched again; a list
 * says how much has changed and leaves it to the reader. Nothing moves the focus or touches what is being typed.
 */
export function listenToLive() {
  let source = null;
  let wanted = "";
  let wasAway = false;

  const elements = () => [...document.querySelectorAll("[data-live]")];
  const topics = () => [...new Set(elements().map((element) => element.dataset.live))].sort().join(",");

  const connect = () => {
    const now = document.hidden ? "" : topics();
    if (now === wanted) return;
    source?.close();
    source = null;
    wanted = now;
    if (now === "") return;
    source = new EventSource(`${document.body.dataset.stream ?? "/live"}?topics=${encodeURIComponent(now)}`);
    source.addEventListener("changed", ({ data }) =>
      elements()
        .filter((one) => one.dataset.live === data)
        .forEach(renew),
    );
  };

  // A page that nobody looks at holds no connection; what it missed is fetched when somebody comes back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) wasAway = true;
    connect();
    if (!document.hidden && wasAway) {
      wasAway = false;
      elements()
        .filter((one) => one.dataset.liveUrl)
        .forEach(renew);
    }
  });
  document.addEventListener("htmx:after:swap", connect);
  window.addEventListener("pagehide", () => source?.close());
  connect();
}

const waiting = new Set();

function renew(element) {
  if (element.dataset.liveMany) return count(element);
  // Several changes at once are one fetch.
  if (waiting.has(element.id)) return;
  waiting.add(element.id);
  setTimeout(() => fetchAgain(element.id), 300);
}

async function fetchAgain(id) {
  const element = document.getElementById(id);
  if (element === null) {
    waiting.delete(id);
    return;
  }
  // Whoever is inside it with the keyboard stays there.
  if (element.contains(document.activeElement) || element.matches(":has(:popover-open)")) {
    setTimeout(() => fetchAgain(id), 2000);
    return;
  }
  waiting.delete(id);
  const { liveUrl, liveSelect, liveOob, liveSaid } = element.dataset;
  const before = element.childElementCount;
  const select = { ...(liveSelect && { select: liveSelect }), ...(liveOob && { selectOOB: liveOob }) };
  await window.htmx.ajax("GET", liveUrl, { target: `#${id}`, swap: "outerHTML", ...select });
  const after = document.getElementById(id)?.childElementCount ?? 0;
  if (liveSaid && after > before) announce(liveSaid);
}

function count(element) {
  const changes = Number(element.dataset.liveCount ?? 0) + 1;
  element.dataset.liveCount = String(changes);
  const text = changes === 1 ? element.dataset.liveOne : element.dataset.liveMany.replace("{count}", String(changes));
  element.querySelector("[data-live-text]").textContent = text;
  element.hidden = false;
}
