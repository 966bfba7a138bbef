/** What a sighted person sees change is said aloud, and failures of a request in the background are shown. */
export function listenToSwaps() {
  // Filters that are set to "any" have no place in the address that people copy.
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    if (!sourceElement.matches(".filters")) return;
    // A view that sets a filter is overruled by a blank; several values of one filter stand between commas.
    const kept = (sourceElement.dataset.viewNames ?? "").split(" ");
    for (const name of new Set(Array.from(request.body, ([key]) => key))) {
      const values = request.body.getAll(name).filter((value) => value !== "");
      request.body.delete(name);
      if (values.length > 0 || kept.includes(name)) request.body.set(name, values.join(","));
    }
  });
  document.addEventListener("htmx:after:swap", (event) => {
    // The element that was named as the target may have been replaced by the answer.
    const target = document.getElementById(event.detail.ctx?.target?.id ?? "");
    if (target === null) return;
    if (target.dataset.announce) announce(target.dataset.announce);
    if (target.id === "main") target.querySelector("h1")?.focus();
  });
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx?.response?.status;
    // The session has ended: the whole page goes to sign-in, a fragment cannot.
    if (status === 401) location.reload();
    else if (status !== 422) report("failed");
  });
  document.addEventListener("htmx:error", () => report("offline"));
}

/** Says a text through the page's polite live region. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region === null) return;
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

/** The texts stand in the page, which knows the reader's language. */
export function report(what) {
  document.querySelector(".toast-note")?.remove();
  const note = document.createElement("p");
  note.className = "toast-note";
  note.setAttribute("role", "alert");
  note.textContent = document.getElementById("announcer")?.dataset[what] ?? "";
  document.body.append(note);
  setTimeout(() => note.remove(), 8000);
}
