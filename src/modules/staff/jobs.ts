import { forgetOldAttempts } from "../../platform/access/limits.ts";
import { plus } from "../../platform/clock.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { formatInstant } from "../../platform/http/pages/cells.ts";
import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { tellOfChange } from "./auth/notices.ts";

const day = 86_400_000;
/** How long before its end the owner of a key is told. */
const warnedDays = 7;

/** Tells owners of keys that end within a week, once a key. */
async function warnOfKeys(ctx: Ctx): Promise<void> {
  await inUnit(ctx, async (work) => {
    const now = work.app.clock.now();
    const keys = await work.db
      .selectFrom("api_keys")
      .innerJoin("users", "users.id", "api_keys.user_id")
      .select(["api_keys.id", "api_keys.user_id", "api_keys.name", "api_keys.expires_at"])
      .where("api_keys.revoked_at", "is", null)
      .where("api_keys.expiry_warned_at", "is", null)
      .where("api_keys.expires_at", ">", now)
      .where("api_keys.expires_at", "<=", plus(now, warnedDays * day))
      .where("users.deactivated_at", "is", null)
      .execute();
    for (const key of keys) {
      await tellOfChange(
        work,
        key.user_id,
        "key_expires",
        () => `${key.name}, ${formatInstant(key.expires_at ?? now, work.tenant)}`,
      );
      await work.db.updateTable("api_keys").set({ expiry_warned_at: now }).where("id", "=", key.id).execute();
    }
  });
}

/** What is of no use any more: steps of sign-ins, questions to passkeys, refresh tokens of sessions that are over. */
async function forget(ctx: Ctx): Promise<void> {
  const before = plus(ctx.app.clock.now(), -30 * day);
  await forgetOldAttempts(ctx.app);
  for (const table of ["sign_in_challenges", "passkey_challenges"] as const)
    await clearInPieces(
      ctx,
      (db) => db.selectFrom(table).select("id").where("expires_at", "<", before),
      (db, ids) => db.deleteFrom(table).where("id", "in", ids).execute(),
    );
  await clearInPieces(
    ctx,
    (db) =>
      db
        .selectFrom("refresh_tokens")
        .select("refresh_tokens.id")
        .where("session_id", "in", (eb) =>
          eb
            .selectFrom("sessions")
            .select("sessions.id")
            .where((or) => or.or([or("expires_at", "<", before), or("revoked_at", "<", before)])),
        ),
    (db, ids) => db.deleteFrom("refresh_tokens").where("id", "in", ids).execute(),
  );
}

export const staffJobs: Job[] = [
  { name: "staff.warn_of_keys", schedule: "11 6 * * *", run: warnOfKeys },
  { name: "staff.forget_sign_ins", schedule: "41 3 * * *", run: forget },
];
