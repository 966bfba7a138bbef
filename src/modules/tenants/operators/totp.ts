import { newRecoveryCodes, recoveryHash } from "../../../platform/access/recovery-codes.ts";
import { newTotpSecret, totpSetup, type TotpSetup, totpStep } from "../../../platform/access/totp.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { newId, noId } from "../../../platform/ids.ts";

/** Where an operator's authenticator app and recovery codes are kept. The secret is sealed with the installation's key. */

const purpose = "operator-totp";

/** Makes a secret that waits for its first code, in place of one that waits already; a confirmed one stays. */
export async function beginOperatorTotp(work: Work, operatorId: string): Promise<void> {
  await work.db
    .updateTable("operators")
    .set({ totp_sealed: work.app.keyring.seal(purpose, noId, newTotpSecret()) })
    .where("id", "=", operatorId)
    .where("totp_confirmed_at", "is", null)
    .execute();
}

/** What the app needs to know; null when no secret waits for its first code. */
export async function waitingOperatorTotp(ctx: Ctx, operatorId: string): Promise<TotpSetup | null> {
  const row = await ctx.db
    .selectFrom("operators")
    .select(["totp_sealed", "email"])
    .where("id", "=", operatorId)
    .where("totp_confirmed_at", "is", null)
    .executeTakeFirst();
  if (row === undefined || row.totp_sealed === null) return null;
  const host = new URL(ctx.tenant.public_url).hostname;
  return totpSetup(ctx.app.keyring.open(purpose, noId, row.totp_sealed), `Purser ${host}`, row.email);
}

/** Whether a code is right now and has not been used; its time step is kept in the same statement that asks for a later one. */
export async function takeOperatorTotp(work: Work, operatorId: string, code: string): Promise<boolean> {
  const row = await work.db
    .selectFrom("operators")
    .select("totp_sealed")
    .where("id", "=", operatorId)
    .executeTakeFirstOrThrow();
  if (row.totp_sealed === null) return false;
  const step = totpStep(work.app.keyring.open(purpose, noId, row.totp_sealed), code, work.app.clock.now());
  if (step === null) return false;
  const taken = await work.db
    .updateTable("operators")
    .set({ totp_last_step: step })
    .where("id", "=", operatorId)
    .where((eb) => eb.or([eb("totp_last_step", "is", null), eb("totp_last_step", "<", step)]))
    .executeTakeFirst();
  return taken.numUpdatedRows === 1n;
}

/** Makes ten codes in place of all earlier ones. They are in the answer and nowhere else. */
export async function makeOperatorCodes(work: Work, operatorId: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  const created_at = work.app.clock.now();
  await work.db.deleteFrom("operator_recovery_codes").where("operator_id", "=", operatorId).execute();
  await work.db
    .insertInto("operator_recovery_codes")
    .values(
      codes.map((code) => ({
        id: newId(),
        operator_id: operatorId,
        code_hash: recoveryHash(work, operatorId, code),
        created_at,
      })),
    )
    .execute();
  return codes;
}

/** Uses a recovery code up; of two uses at the same moment one counts. */
export async function takeOperatorCode(work: Work, operatorId: string, code: string): Promise<boolean> {
  const used = await work.db
    .updateTable("operator_recovery_codes")
    .set({ used_at: work.app.clock.now() })
    .where("operator_id", "=", operatorId)
    .where("code_hash", "=", recoveryHash(work, operatorId, code))
    .where("used_at", "is", null)
    .executeTakeFirst();
  return used.numUpdatedRows > 0n;
}

/** Whether an app is set up, and how many recovery codes are left. */
export async function operatorFactors(ctx: Ctx, operatorId: string): Promise<{ isOn: boolean; codesLeft: number }> {
  const row = await ctx.db
    .selectFrom("operators")
    .select("totp_confirmed_at")
    .where("id", "=", operatorId)
    .executeTakeFirstOrThrow();
  const { left } = await ctx.db
    .selectFrom("operator_recovery_codes")
    .select((eb) => eb.fn.countAll<number>().as("left"))
    .where("operator_id", "=", operatorId)
    .where("used_at", "is", null)
    .executeTakeFirstOrThrow();
  return { isOn: row.totp_confirmed_at !== null, codesLeft: Number(left) };
}

/** Takes app and codes away. */
export async function dropOperatorTotp(work: Work, operatorId: string): Promise<void> {
  const none = { totp_sealed: null, totp_confirmed_at: null, totp_last_step: null };
  await work.db.updateTable("operators").set(none).where("id", "=", operatorId).execute();
  await work.db.deleteFrom("operator_recovery_codes").where("operator_id", "=", operatorId).execute();
}

/** Takes every second step away: app, codes, passkeys. */
export async function dropOperatorFactors(work: Work, operatorId: string): Promise<void> {
  await dropOperatorTotp(work, operatorId);
  await work.db.deleteFrom("operator_passkeys").where("user_id", "=", operatorId).execute();
}
