import { browserSupportsWebAuthn, startAuthentication, startRegistration } from "@simplewebauthn/browser";

/** An answer of ours, in words for people. */
class Refusal extends Error {}

/**
 * The buttons of passkeys: data-passkey is "register" or "authenticate", data-url where the signed answer goes, and
 * `{url}/options` what there is to sign. Without a browser that knows passkeys the buttons stay hidden.
 */
for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!browserSupportsWebAuthn()) continue;
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = false;
  button.hidden = false;
  button.addEventListener("click", () => run(button));
  // Its name is no field of a form: there is nothing to send but through the button.
  if (button.dataset.passkey === "register")
    for (const id of ["passkey-name", "passkey-password"])
      document.getElementById(id)?.addEventListener("keydown", (event) => {
        if (event.key === "Enter") button.click();
      });
}

async function run(button) {
  const { passkey, url, next = "" } = button.dataset;
  const said = document.getElementById("passkey-problem");
  said.textContent = "";
  button.disabled = true;
  try {
    const password = document.getElementById("passkey-password")?.value ?? "";
    const optionsJSON = await post(`${url}/options`, { password });
    const response =
      passkey === "register" ? await startRegistration({ optionsJSON }) : await startAuthentication({ optionsJSON });
    const name = document.getElementById("passkey-name")?.value ?? "";
    const { to } = await post(url, { response, next, name });
    location.assign(to);
  } catch (error) {
    // Whoever closes the browser's question has not made a mistake.
    if (error.name !== "NotAllowedError" && error.name !== "AbortError")
      said.textContent = inWords(error, said.dataset);
    button.disabled = false;
  }
}

/** What the browser says is for those who write pages, and in English. */
function inWords(error, { known, failed }) {
  if (error instanceof Refusal) return error.message;
  return error.name === "InvalidStateError" ? known : failed;
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
  if (!answer.ok) throw new Refusal(said.error ?? answer.statusText);
  return said;
}
