import { plus } from "../../../platform/clock.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { type Failure, invalidField, unauthorized } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { confirmPassword } from "./passwords.ts";

/**
 * Whoever adds or takes away what proves a person – second factors, recovery codes, passkeys, API keys – shows once more who they
 * are, so that an unlocked screen or a session that was stolen does not become a way in for good: by having signed in just now, or
 * by the password.
 */

const freshMinutes = 10;

/** Whether a sign-in at an instant is so new that nobody is asked again. */
export function isFresh(signedInAt: string, now: string): boolean {
  return signedInAt > plus(now, -freshMinutes * 60_000);
}

export const passwordAsked = (field: string): Failure =>
  invalidField(field, t("Enter your password: you signed in some time ago."), "required");

/** Whether whoever acts has signed in just now; a key or an app never has. */
export async function hasJustSignedIn({ app, db, actor }: Pick<Ctx, "app" | "db" | "actor">): Promise<boolean> {
  if (actor.session_id === null) return false;
  const session = await db
    .selectFrom("sessions")
    .select("created_at")
    .where("id", "=", actor.session_id)
    .executeTakeFirst();
  return session !== undefined && isFresh(session.created_at, app.clock.now());
}

/** Lets on who has just signed in, or sends the right password with the request, as `field`. */
export async function proveAgain(ctx: Ctx, password: string, field: string): Promise<void> {
  if (password !== "") await confirmPassword(ctx, password, field);
  else if (!(await reading(ctx, hasJustSignedIn))) throw passwordAsked(field);
}

/** The same where a request has no place for a password. */
export async function requireJustSignedIn(ctx: Ctx): Promise<void> {
  if (!(await reading(ctx, hasJustSignedIn)))
    throw unauthorized(t("You signed in some time ago. Sign in again to do this."), "sign_in_again");
}
