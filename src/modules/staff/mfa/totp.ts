import { totpFactors } from "../../../platform/access/factors.ts";
import { newTotpSecret, totpSetup, type TotpSetup, totpStep } from "../../../platform/access/totp.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { insert, update } from "../../../platform/database/records.ts";
import { asOwner } from "../auth/as-owner.ts";

/** The authenticator apps of an organization's people. */

const purpose = "totp-secrets";

/** Makes a secret that waits for its first code; one that waits already is replaced. A confirmed one must be gone before. */
export async function beginTotp(joined: Work, userId: string): Promise<void> {
  const work = await asOwner(joined, userId);
  const secret_sealed = work.app.keyring.seal(purpose, work.tenant.id, newTotpSecret());
  const known = await work.db
    .selectFrom("totp_factors")
    .select(["id", "confirmed_at"])
    .where("user_id", "=", userId)
    .executeTakeFirst();
  if (known === undefined) await insert(work, totpFactors, { user_id: userId, secret_sealed });
  else if (known.confirmed_at === null) await update(work, totpFactors, known.id, { secret_sealed });
}

/** What an authenticator app needs to know; null when no secret waits for its first code. */
export async function waitingTotp(ctx: Ctx, userId: string): Promise<TotpSetup | null> {
  const row = await ctx.db
    .selectFrom("totp_factors")
    .innerJoin("users", "users.id", "totp_factors.user_id")
    .select(["totp_factors.secret_sealed", "users.email"])
    .where("totp_factors.user_id", "=", userId)
    .where("totp_factors.confirmed_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) return null;
  return totpSetup(ctx.app.keyring.open(purpose, ctx.tenant.id, row.secret_sealed), ctx.tenant.name, row.email);
}

/**
 * Whether a code is right now, and has not been used: its time step is written down in the same statement that asks for a
 * later one, so of two uses at the same moment one counts.
 */
export async function takeTotp(
  work: Work,
  userId: string,
  code: string,
  which: "confirmed" | "waiting",
): Promise<boolean> {
  const row = await work.db
    .selectFrom("totp_factors")
    .select(["id", "secret_sealed"])
    .where("user_id", "=", userId)
    .where("confirmed_at", which === "confirmed" ? "is not" : "is", null)
    .executeTakeFirst();
  if (row === undefined) return false;
  const now = work.app.clock.now();
  const step = totpStep(work.app.keyring.open(purpose, work.tenant.id, row.secret_sealed), code, now);
  if (step === null) return false;
  const taken = await work.db
    .updateTable("totp_factors")
    .set({ last_used_step: step, last_used_at: now })
    .where("id", "=", row.id)
    .where((eb) => eb.or([eb("last_used_step", "is", null), eb("last_used_step", "<", step)]))
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}
