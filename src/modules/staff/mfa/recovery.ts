import { randomInt } from "node:crypto";
import type { Ctx, Work } from "../../../platform/context.ts";
import { sign } from "../../../platform/crypto/tokens.ts";
import { newId } from "../../../platform/ids.ts";

const count = 10;
/** Without letters and digits that look alike. */
const letters = "abcdefghjkmnpqrstuvwxyz23456789";

/** Fifty bits could be searched through if only a hash protected them, so the hash takes a key that is not in the database. */
function hashOf(ctx: Ctx, userId: string, code: string): string {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, "");
  return sign(ctx.app.keyring.derive("recovery-codes", ctx.tenant.id), `${userId}:${plain}`);
}

/** Makes ten codes in place of all earlier ones. They are in the answer and nowhere else. */
export async function makeRecoveryCodes(work: Work, userId: string): Promise<string[]> {
  const codes = Array.from({ length: count }, () =>
    [0, 1].map(() => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("")).join("-"),
  );
  const now = work.app.clock.now();
  await work.db.deleteFrom("recovery_codes").where("user_id", "=", userId).execute();
  await work.db
    .insertInto("recovery_codes")
    .values(
      codes.map((code) => ({
        id: newId(),
        user_id: userId,
        code_hash: hashOf(work, userId, code),
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
    .where("code_hash", "=", hashOf(work, userId, code))
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
