import { forbidden } from "../errors.ts";
import { t } from "../language/index.ts";
import type { Actor } from "./actor.ts";

/**
 * Keeps apps, and keys with some permissions only, from what is a person's own and so asks for none: profile, sessions, what
 * other apps are allowed. An app that may read companies could otherwise sign its person out, or see where they sign in from.
 *
 * @throws 403 `limited_key`
 */
export function refuseLimited(actor: Actor): void {
  if (actor.is_limited === true)
    throw forbidden(t("A key or an app that was given some permissions does no more than those."), "limited_key");
}
