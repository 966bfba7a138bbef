import { counted, signInByAccount, signInByAddress, attemptsFrom } from "../../../platform/access/limits.ts";
import { mintToken, readToken } from "../../../platform/access/tokens.ts";
import { plus } from "../../../platform/clock.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { inUnit, reading } from "../../../platform/context.ts";
import { hashPassword, passwordProblems, verifyPassword } from "../../../platform/crypto/passwords.ts";
import { Failure, invalidField, unauthorized } from "../../../platform/errors.ts";
import { newId, noId } from "../../../platform/ids.ts";
import { typedAddress } from "../../../platform/mail/addresses.ts";
import { t } from "../../../platform/language/index.ts";
import { logDoing, logFailedSignIn } from "../log.ts";
import { endSessions } from "./sessions.ts";
import { enterOperator, type OperatorEntering } from "./steps.ts";

const linkMilliseconds = 24 * 3600_000;

/** Signs an operator in; wrong address, wrong password and deactivated account get the same answer. */
export async function signInOperator(ctx: Ctx, emailGiven: string, password: string): Promise<OperatorEntering> {
  const email = typedAddress(emailGiven);
  const keys = {
    address: [attemptsFrom(ctx, "operator"), signInByAddress],
    account: [`operator:${email}`, signInByAccount],
  } satisfies Parameters<typeof counted>[1];
  const wrong = (): Failure => unauthorized(t("The e-mail address or the password is wrong."), "bad_credentials");
  const row = await counted(ctx.app, keys, async () => {
    const found = await reading(ctx, ({ db }) =>
      db
        .selectFrom("operators")
        .select(["id", "name", "email", "password_hash", "deactivated_at"])
        .where("email", "=", email)
        .executeTakeFirst(),
    );
    const isRight = await verifyPassword(password, found?.password_hash ?? null);
    if (found === undefined || !isRight || found.deactivated_at !== null) {
      // Whether the account exists or not, so that the answer takes the same time.
      await logFailedSignIn(ctx, { email: email.slice(0, 254), step: "password" });
      throw wrong();
    }
    return found;
  });
  return inUnit(ctx, async (work) => {
    if (!(await stillPresent(work, row.id, row.password_hash))) throw wrong();
    return enterOperator(work, row, { isProven: false });
  });
}

/** Whether a password that was held against its hash, outside of the unit of work, has not been changed meanwhile. */
export async function stillPresent({ db }: Pick<Work, "db">, id: string, hash: string | null): Promise<boolean> {
  const row = await db.selectFrom("operators").select("password_hash").where("id", "=", id).executeTakeFirst();
  return row !== undefined && row.password_hash === hash;
}

/** Sets a password that has been checked; a link to choose one is of no use any more. */
export async function storeOperatorPassword(work: Work, id: string, password_hash: string): Promise<void> {
  const now = work.app.clock.now();
  await work.db.updateTable("operators").set({ password_hash, updated_at: now }).where("id", "=", id).execute();
  await work.db
    .updateTable("operator_links")
    .set({ used_at: now })
    .where("operator_id", "=", id)
    .where("used_at", "is", null)
    .execute();
}

/** Ends the operator's own session. */
export async function signOutOperator(ctx: Ctx): Promise<void> {
  const { session_id } = ctx.actor;
  if (session_id === null) return;
  await inUnit(ctx, async (work) => {
    const now = work.app.clock.now();
    await work.db.updateTable("operator_sessions").set({ revoked_at: now }).where("id", "=", session_id).execute();
    await logDoing(work, work.db, "operators.sign_out", null);
  });
}

/** Refuses a weak password with its problem on the field. */
export function checkOperatorPassword(
  given: string,
  person: { email: string; name: string },
  field = "password",
): void {
  const [problem] = passwordProblems(given, person);
  if (problem !== undefined) throw invalidField(field, problem, "weak_password");
}

/** A link by which an operator chooses a password: once, within a day; an earlier one stops working. */
export async function mintOperatorLink(work: Work, operatorId: string): Promise<string> {
  const { token, hash } = mintToken("operator_link", noId);
  const now = work.app.clock.now();
  await work.db
    .updateTable("operator_links")
    .set({ used_at: now })
    .where("operator_id", "=", operatorId)
    .where("used_at", "is", null)
    .execute();
  await work.db
    .insertInto("operator_links")
    .values({
      id: newId(),
      operator_id: operatorId,
      token_hash: hash,
      created_at: now,
      expires_at: plus(now, linkMilliseconds),
    })
    .execute();
  return `${work.tenant.public_url}/welcome/${token}`;
}

const spent = (): Failure =>
  new Failure(404, "link_expired", t("This link has been used or has expired. Ask another operator for a new one."));

/** Whom a link is for, while it is good. */
export async function operatorOfLink(
  ctx: Ctx,
  text: string,
): Promise<{ link_id: string; id: string; name: string; email: string }> {
  const token = readToken(text);
  if (token === null || token.kind !== "operator_link") throw spent();
  const row = await ctx.db
    .selectFrom("operator_links")
    .innerJoin("operators", "operators.id", "operator_links.operator_id")
    .select(["operator_links.id as link_id", "operators.id", "operators.name", "operators.email"])
    .where("operator_links.token_hash", "=", token.hash)
    .where("operator_links.used_at", "is", null)
    .where("operator_links.expires_at", ">", ctx.app.clock.now())
    .where("operators.deactivated_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw spent();
  return row;
}

/**
 * Sets the password of the operator whose link it is, ends every session, and uses the link up. The link stands for the
 * password: a second factor is still asked for.
 */
export async function welcomeOperator(ctx: Ctx, token: string, password: string): Promise<OperatorEntering> {
  const person = await reading(ctx, (reader) => operatorOfLink(reader, token));
  checkOperatorPassword(password, person);
  const password_hash = await hashPassword(password);
  return inUnit(ctx, async (work) => {
    const now = work.app.clock.now();
    const { link_id, ...row } = await operatorOfLink(work, token);
    const used = await work.db
      .updateTable("operator_links")
      .set({ used_at: now })
      .where("id", "=", link_id)
      .where("used_at", "is", null)
      .executeTakeFirst();
    if (used.numUpdatedRows === 0n) throw spent();
    await storeOperatorPassword(work, row.id, password_hash);
    await endSessions(work, row.id);
    return enterOperator(work, row, { isProven: false });
  });
}
