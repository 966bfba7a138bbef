import { Type } from "@sinclair/typebox";
import { actorOf } from "../../platform/access/identify.ts";
import {
  countAttempt,
  forgetAttempts,
  resetByAccount,
  resetByAddress,
  signInByAccount,
  signInByAddress,
} from "../../platform/access/limits.ts";
import { users } from "../../platform/access/schema.ts";
import { revokeSessions, startSession } from "../../platform/access/sessions.ts";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { perform, action } from "../../platform/action.ts";
import { asSystem, type Ctx, inUnit, reading, type Work } from "../../platform/context.ts";
import { hashPassword, passwordProblems, verifyPassword } from "../../platform/crypto/passwords.ts";
import { update } from "../../platform/database/records.ts";
import { Failure, invalidField, unauthorized } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { mailBody } from "../../platform/mail/compose.ts";
import { queueMail } from "../../platform/mail/queue.ts";
import { inLanguageOf } from "../../platform/mail/reader.ts";
import { mintOneTime, type Purpose, readOneTime, useOneTime } from "./one-time.ts";

export type UserType = "staff" | "portal";

export interface SignedIn {
  user_id: string;
  session_id: string;
  token: string;
}

/**
 * Signs a person in. Unknown address, wrong password and deactivated account get the same answer after the same time, and
 * attempts are counted by account and by address before anything is looked up.
 */
export async function signIn(ctx: Ctx, userType: UserType, emailGiven: string, password: string): Promise<SignedIn> {
  const email = emailGiven.trim().toLowerCase();
  const accountKey = `sign-in:${ctx.tenant.id}:${userType}:${email.slice(0, 254)}`;
  await countAttempt(ctx.app, `sign-in:${ctx.request.ip}`, signInByAddress);
  await countAttempt(ctx.app, accountKey, signInByAccount);
  const user = await reading(ctx, (reader) =>
    reader.db
      .selectFrom("users")
      .select(["id", "password_hash", "deactivated_at"])
      .where("user_type", "=", userType)
      .where("email", "=", email)
      .executeTakeFirst(),
  );
  const isRight = await verifyPassword(password, user?.password_hash ?? null);
  if (user === undefined || !isRight || user.deactivated_at !== null) {
    throw unauthorized(t("The e-mail address or the password is wrong."), "bad_credentials");
  }
  await forgetAttempts(ctx.app, accountKey);
  return inUnit(ctx, async (work) => {
    const actor = await actorOf(work.db, user.id, null, null);
    if (actor === null) throw unauthorized(t("The e-mail address or the password is wrong."), "bad_credentials");
    const session = await startSession({ ...bare(work), actor }, user.id);
    return { user_id: user.id, session_id: session.id, token: session.token };
  });
}

function bare(work: Work): Work {
  const { app, tenant, actor, request, db, unit } = work;
  return { app, tenant, actor, request, db, unit };
}

const password = Type.String({ minLength: 1, maxLength: 1024 });

/** Refuses a weak password with all its problems on the field. */
export function checkPassword(given: string, person: { email: string; name: string }, field = "password"): void {
  const [problem] = passwordProblems(given, person);
  if (problem !== undefined) throw invalidField(field, problem, "weak_password");
}

/** Sends a link to choose a new password. The answer is the same whether the address is known or not. */
export async function requestReset(ctx: Ctx, userType: UserType, emailGiven: string): Promise<void> {
  const email = emailGiven.trim().toLowerCase();
  await countAttempt(ctx.app, `reset:${ctx.request.ip}`, resetByAddress);
  await countAttempt(ctx.app, `reset:${ctx.tenant.id}:${userType}:${email.slice(0, 254)}`, resetByAccount);
  await inUnit(ctx, async (joined) => {
    const work = asSystem(joined);
    const user = await work.db
      .selectFrom("users")
      .selectAll()
      .where("user_type", "=", userType)
      .where("email", "=", email)
      .where("deactivated_at", "is", null)
      .executeTakeFirst();
    if (user === undefined) return;
    await sendLink(work, user, user.password_hash === null ? "invite" : "reset");
  });
}

/** Queues the mail with a one-time link for a user. */
export function sendLink(
  work: Work,
  user: { id: string; name: string; email: string; user_type: UserType },
  purpose: Exclude<Purpose, "setup">,
): Promise<void> {
  return inLanguageOf(work, { user_id: user.id }, () => writeLink(work, user, purpose));
}

async function writeLink(
  work: Work,
  user: { id: string; name: string; email: string; user_type: UserType },
  purpose: Exclude<Purpose, "setup">,
): Promise<void> {
  const token = await mintOneTime(work, purpose, user.id);
  const prefix = user.user_type === "portal" ? "/portal" : "";
  const url = `${work.tenant.public_url}${prefix}/${purpose === "invite" ? "invite" : "reset"}/${token}`;
  const texts =
    purpose === "invite"
      ? {
          subject: t("Your access to {name}", { name: work.tenant.name }),
          heading: t("Welcome, {name}", { name: user.name }),
          paragraphs: [
            user.user_type === "portal"
              ? t(
                  "{name} has given you access to its client portal: write tickets, see how they are going, and pay invoices.",
                  { name: work.tenant.name },
                )
              : t("{name} has invited you to Purser. Choose a password to sign in.", { name: work.tenant.name }),
            t("The link is good for seven days and works once."),
          ],
          label: t("Choose a password"),
        }
      : {
          subject: t("Choose a new password for {name}", { name: work.tenant.name }),
          heading: t("Choose a new password"),
          paragraphs: [
            t(
              "Somebody, probably you, has asked for a new password for this address. The link is good for one hour and works once.",
            ),
            t("If it was not you, do nothing: your password stays as it is."),
          ],
          label: t("Choose a new password"),
        };
  const body = mailBody(
    {
      heading: texts.heading,
      paragraphs: texts.paragraphs,
      action: { label: texts.label, url },
      footer: work.tenant.name,
    },
    work.tenant.brand,
  );
  await queueMail(work, {
    to: { address: user.email, name: user.name },
    subject: texts.subject,
    text: body.text,
    html: body.html,
    about: { type: "users", id: user.id },
    dedupe_key: `${purpose}:${token.slice(-12)}`,
  });
}

interface ChosenPassword {
  token: string;
  password: string;
  hash: string;
}

const chosen = Type.Object(
  { token: Type.String({ maxLength: 200 }), password, hash: Type.String() },
  { additionalProperties: false },
);

/** Sets the password of the person whose link it is, signs out every session, and uses the link up. */
export const choosePassword = action({
  name: "auth.choose_password",
  permission: null,
  input: chosen,
  run: async (joined: Work, input: ChosenPassword) => {
    const work = asSystem(joined);
    const purpose = input.token.startsWith("pi_") ? "invite" : "reset";
    const { user_id } = await useOneTime(work, purpose, input.token);
    if (user_id === null) throw new Failure(404, "link_expired", t("This link is for nobody."));
    const user = await update(work, users, user_id, {
      password_hash: input.hash,
      password_changed_at: work.app.clock.now(),
    });
    if (user.deactivated_at !== null) throw new Failure(404, "link_expired", t("This account has been deactivated."));
    await revokeSessions(work, user_id, { except: null });
    const actor = await actorOf(work.db, user_id, null, null);
    if (actor === null) throw new Failure(404, "link_expired", t("This account has no access any more."));
    const session = await startSession({ ...work, actor }, user_id);
    return { user_id, session_id: session.id, token: session.token, user_type: user.user_type };
  },
});

/** Checks a link's new password, hashes it outside of the transaction, and sets it. */
export async function setPasswordByLink(
  ctx: Ctx,
  purpose: "invite" | "reset",
  token: string,
  given: string,
): Promise<SignedIn> {
  const person = await reading(ctx, (reader) => personOfLink(reader, purpose, token));
  checkPassword(given, person);
  const hash = await hashPassword(given);
  return perform(ctx, choosePassword, { token, password: given, hash });
}

/** Who a link is for, to greet them on its page. */
export async function personOfLink(
  ctx: Ctx,
  purpose: "invite" | "reset",
  token: string,
): Promise<{ name: string; email: string; user_type: UserType }> {
  const { user_id } = await readOneTime(ctx, purpose, token);
  return ctx.db
    .selectFrom("users")
    .select(["name", "email", "user_type"])
    .where("id", "=", user_id ?? "")
    .executeTakeFirstOrThrow();
}

/** A person's own new password: the present one has to be right, other sessions end. */
export async function changePassword(ctx: Ctx, present: string, next: string, repeated: string): Promise<void> {
  const userId = ctx.actor.user_id ?? "";
  await countAttempt(ctx.app, `password:${ctx.tenant.id}:${userId}`, signInByAccount);
  const user = await reading(ctx, (reader) =>
    reader.db
      .selectFrom("users")
      .select(["name", "email", "password_hash"])
      .where("id", "=", userId)
      .executeTakeFirstOrThrow(),
  );
  if (!(await verifyPassword(present, user.password_hash)))
    throw invalidField("present_password", t("This is not your present password."), "wrong_password");
  if (next !== repeated)
    throw invalidField("repeated_password", t("The two new passwords are not the same."), "mismatch");
  checkPassword(next, user, "new_password");
  const hash = await hashPassword(next);
  await forgetAttempts(ctx.app, `password:${ctx.tenant.id}:${userId}`);
  await inUnit(ctx, async (joined) => {
    await update(asSystem(joined), users, userId, { password_hash: hash, password_changed_at: joined.app.clock.now() });
    await revokeSessions(joined, userId, { except: joined.actor.session_id });
  });
}

/** Ends the actor's own session. */
export async function signOut(ctx: Ctx): Promise<void> {
  const { user_id, session_id } = ctx.actor;
  if (user_id === null || session_id === null) return;
  await inUnit(ctx, async (work) => {
    await revokeSessions(work, user_id, { only: session_id });
    await writeAuditEntry(work, "logout", "users", user_id);
  });
}
