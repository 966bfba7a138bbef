import { Failure, malformed } from "../../../platform/errors.ts";
import { type Answer, type Incoming, response } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";

/**
 * How the script of the passkey buttons is spoken to: options to sign, and the signed answer. Both ways it is JSON; a failure
 * is a sentence for the person. The same behind every door.
 */

/** A JSON answer to the script. */
export function plain(body: unknown, status = 200, cookies: readonly string[] = []): Answer {
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return response(new Response(JSON.stringify(body), { status, headers }));
}

/** Runs what answers the script; what the person can mend becomes a sentence. */
export async function spoken(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Failure && error.status < 500) return plain({ error: error.message }, error.status);
    throw error;
  }
}

/** What the script sends. */
export async function bodyOf(incoming: Incoming): Promise<Record<string, unknown>> {
  const body = await incoming.json();
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw malformed(t("Send a JSON object."));
  return body as Record<string, unknown>;
}

/** The signed answer; what is in it is checked by the library, which refuses what it cannot read. */
export function signed<T>(body: Record<string, unknown>): T {
  const given = body["response"];
  if (typeof given !== "object" || given === null || typeof (given as { id?: unknown }).id !== "string")
    throw malformed(t("The answer of the passkey is missing."));
  return given as T;
}

/** A text that the script sends beside it. */
export const textOf = (body: Record<string, unknown>, name: string): string =>
  typeof body[name] === "string" ? String(body[name]).slice(0, 2000) : "";
