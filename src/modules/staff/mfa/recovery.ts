import { newRecoveryCodes, recoveryHash } from "../../../platform/access/recovery-codes.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { newId } from "../../../platform/ids.ts";

/** Makes ten codes in place of all earlier ones. They are in the answer and nowhere else. */
export async function makeRecoveryCodes(work: Work, userId: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  const now = work.app.clock.now();
  await work.db.deleteFrom("recovery_codes").where("user_id", "=", userId).execute();
  await work.db
    .insertInto("recovery_codes")
    .values(
      codes.map((code) => ({
        id: newId(),
        user_id: userId,
        code_hash: recoveryHash(work, userId, code),
        created_at: now,
        used_at: null,
      })),
    )
    .execute();
  return codes;
}

/** Uses a code up; of two uses at the same moment one counts. */
export async function takeRecoveryCode(work: Work, userId: string, code: string): Promise<boolean> {
  const used = await work.db
    .updateTable("recovery_codes")
    .set({ used_at: work.app.clock.now() })
    .where("user_id", "=", userId)
    .where("code_hash", "=", recoveryHash(work, userId, code))
    .where("used_at", "is", null)
    .executeTakeFirst();
  return used.numUpdatedRows > 0n;
}

/** How many codes are left. */
export async function recoveryCodesLeft(ctx: Ctx, userId: string): Promise<number> {
  const { left } = await ctx.db
    .selectFrom("recovery_codes")
    .select((eb) => eb.fn.countAll<number>().as("left"))
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .executeTakeFirstOrThrow();
  return Number(left);
}
