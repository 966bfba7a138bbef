import { browserSupportsWebAuthn, startAuthentication, startRegistration } from "@simplewebauthn/browser";

/**
 * The buttons of passkeys: data-passkey is "register" or "authenticate", data-url where the signed answer goes, and
 * `{url}/options` what there is to sign. Without a browser that knows passkeys the buttons stay hidden.
 */
for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!browserSupportsWebAuthn()) continue;
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = false;
  button.hidden = false;
  button.addEventListener("click", () => run(button));
}

async function run(button) {
  const { passkey, url, next = "" } = button.dataset;
  const said = document.getElementById("passkey-problem");
  said.textContent = "";
  button.disabled = true;
  try {
    const optionsJSON = await post(`${url}/options`, {});
    const response =
      passkey === "register" ? await startRegistration({ optionsJSON }) : await startAuthentication({ optionsJSON });
    const name = document.getElementById("passkey-name")?.value ?? "";
    const { to } = await post(url, { response, next, name });
    location.assign(to);
  } catch (error) {
    // Whoever closes the browser's question has not made a mistake.
    if (error.name !== "NotAllowedError" && error.name !== "AbortError") said.textContent = error.message;
    button.disabled = false;
  }
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-csrf-token": document.querySelector("input[name=_csrf]")?.value ?? "",
    },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error ?? answer.statusText);
  return said;
}
