import { plus } from "../../platform/clock.ts";
import { mintToken, readToken } from "../../platform/access/tokens.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { Failure } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";

/** How long a link is good, in minutes. */
const minutesOf = { setup: 30, invite: 7 * 24 * 60, reset: 60 } as const;
export type Purpose = keyof typeof minutesOf;

/** A link that works once; an earlier one for the same purpose and person stops working. Returns the token for the link. */
export async function mintOneTime(work: Work, purpose: Purpose, userId: string | null): Promise<string> {
  const { token, hash } = mintToken(purpose, work.tenant.id);
  const now = work.app.clock.now();
  let earlier = work.db
    .updateTable("one_time_tokens")
    .set({ used_at: now })
    .where("purpose", "=", purpose)
    .where("used_at", "is", null);
  if (userId !== null) earlier = earlier.where("user_id", "=", userId);
  await earlier.execute();
  await work.db
    .insertInto("one_time_tokens")
    .values({
      id: newId(),
      purpose,
      user_id: userId,
      token_hash: hash,
      created_at: now,
      expires_at: plus(now, minutesOf[purpose] * 60_000),
      used_at: null,
    })
    .execute();
  return token;
}

/** Ends all links that somebody has been sent and not used. */
export async function endLinks(work: Work, userId: string): Promise<void> {
  await work.db
    .updateTable("one_time_tokens")
    .set({ used_at: work.app.clock.now() })
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .execute();
}

export const spent = (purpose: Purpose): Failure =>
  new Failure(
    404,
    "link_expired",
    // Nobody can be asked for this one: there is no account yet.
    purpose === "setup"
      ? t('This link has been used or has expired. The command "purser setup-url" prints a new one.')
      : t("This link has been used or has expired. Ask for a new one."),
  );

/** Whom a link is for, while it is good. */
export async function readOneTime(
  ctx: Ctx,
  purpose: Purpose,
  text: string,
): Promise<{ id: string; user_id: string | null }> {
  const token = readToken(text);
  if (token === null || token.kind !== purpose || token.tenantId !== ctx.tenant.id) throw spent(purpose);
  const row = await ctx.db
    .selectFrom("one_time_tokens")
    .select(["id", "user_id"])
    .where("token_hash", "=", token.hash)
    .where("purpose", "=", purpose)
    .where("used_at", "is", null)
    .where("expires_at", ">", ctx.app.clock.now())
    .executeTakeFirst();
  if (row === undefined) throw spent(purpose);
  return row;
}

/** Uses a link up: of two at the same moment only one gets through. */
export async function useOneTime(work: Work, purpose: Purpose, text: string): Promise<{ user_id: string | null }> {
  const row = await readOneTime(work, purpose, text);
  const used = await work.db
    .updateTable("one_time_tokens")
    .set({ used_at: work.app.clock.now() })
    .where("id", "=", row.id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  if (used.numUpdatedRows === 0n) throw spent(purpose);
  return { user_id: row.user_id };
}
