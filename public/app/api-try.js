/** The form of the API's reference that sends a request as one is signed in, or with a key, and shows what comes back. */
export function listenToApiTry() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-api-try]")) return;
    event.preventDefault();
    const { method, media, failed } = form.dataset;
    const field = (name) => form.elements.namedItem(name)?.value.trim() ?? "";
    const query = field("query");
    const body = field("body");
    const key = field("key");
    const csrf = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
    const answer = await fetch(field("path") + (query === "" ? "" : `?${query}`), {
      method,
      credentials: key === "" ? "same-origin" : "omit",
      headers: {
        accept: "application/vnd.api+json, */*;q=0.5",
        ...(key === "" ? csrf : { authorization: `Bearer ${key}` }),
        ...(body === "" ? {} : { "content-type": media }),
      },
      ...(body === "" || method === "GET" ? {} : { body }),
    }).catch(() => new Response(failed, { headers: { "content-type": "text/plain" } }));
    const type = answer.headers.get("content-type") ?? "";
    const text = /json|text/.test(type) ? await answer.text() : `(${type})`;
    const shown = document.querySelector("[data-api-answer]");
    shown.querySelector("[data-api-status]").textContent =
      answer.type === "default" ? "–" : `${answer.status} ${answer.statusText}`;
    shown.querySelector("[data-api-headers]").textContent = [...answer.headers]
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n");
    shown.querySelector("[data-api-body]").textContent = type.includes("json")
      ? JSON.stringify(JSON.parse(text), null, 2)
      : text;
    shown.hidden = false;
    shown.scrollIntoView({ block: "nearest" });
  });
}
