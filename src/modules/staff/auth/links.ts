import { type Static, Type } from "@sinclair/typebox";
import { countAttempt, resetByAccount, resetByAddress, attemptsFrom } from "../../../platform/access/limits.ts";
import { revokeSessions } from "../../../platform/access/sessions.ts";
import { perform, action } from "../../../platform/action.ts";
import { asSystem, type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { hashPassword } from "../../../platform/crypto/passwords.ts";
import type { Subscription } from "../../../platform/events/event-type.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { Failure } from "../../../platform/errors.ts";
import { typedAddress } from "../../../platform/mail/addresses.ts";
import { t } from "../../../platform/language/index.ts";
import { resetRequested } from "../events.ts";
import { readOneTime, useOneTime } from "../one-time.ts";
import { sendLink, tellOfDirectory } from "./link-mails.ts";
import { checkPassword, isKeptElsewhere, storePassword } from "./passwords.ts";
import type { UserType } from "./sign-in.ts";
import { type Entering, enter } from "./steps.ts";

/** Asks for a link to choose a new password. Answer and work are the same whether the address is known or not. */
export async function requestReset(ctx: Ctx, userType: UserType, emailGiven: string): Promise<void> {
  const email = typedAddress(emailGiven);
  await countAttempt(ctx.app, attemptsFrom(ctx, "reset"), resetByAddress);
  await countAttempt(ctx.app, `reset:${ctx.tenant.id}:${userType}:${email}`, resetByAccount);
  await inUnit(ctx, (work) => emit(work, resetRequested, { user_type: userType, email, ip_address: ctx.request.ip }));
}

/** Sends the link that was asked for, to an address that has an account. */
export const mailReset: Subscription = {
  event: resetRequested.name,
  name: "staff.mail_reset",
  run: async (joined, { payload }) => {
    const work = asSystem(joined);
    const { user_type, email, ip_address } = payload as Static<typeof resetRequested.payload>;
    const user = await work.db
      .selectFrom("users")
      .selectAll()
      .where("user_type", "=", user_type)
      .where("email", "=", email)
      .where("deactivated_at", "is", null)
      .executeTakeFirst();
    if (user === undefined) return;
    if (await isKeptElsewhere(work, user.id)) await tellOfDirectory(work, user, ip_address);
    else await sendLink(work, user, user.password_hash === null ? "invite" : "reset", ip_address);
  },
};

interface ChosenPassword {
  token: string;
  hash: string;
  kind: "browser" | "api";
  device_hash: string | null;
}

const chosen = Type.Object(
  {
    token: Type.String({ maxLength: 200 }),
    hash: Type.String(),
    kind: Type.Union([Type.Literal("browser"), Type.Literal("api")]),
    device_hash: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);

/**
 * Sets the password of the person whose link it is, signs out every session, and uses the link up. The link stands for the
 * password; a second factor is still asked for.
 */
export const choosePassword = action({
  name: "auth.choose_password",
  permission: null,
  input: chosen,
  run: async (joined: Work, input: ChosenPassword) => {
    const work = asSystem(joined);
    const purpose = input.token.startsWith("pi_") ? "invite" : "reset";
    const { user_id } = await useOneTime(work, purpose, input.token);
    if (user_id === null) throw new Failure(404, "link_expired", t("This link is for nobody."));
    const user = await storePassword(work, user_id, input.hash);
    if (user.deactivated_at !== null) throw new Failure(404, "link_expired", t("This account has been deactivated."));
    await revokeSessions(work, user_id, { except: null });
    return enter(work, {
      userId: user_id,
      with: "link",
      kind: input.kind,
      deviceHash: input.device_hash,
      secondFactorAt: null,
    });
  },
});

/** Checks a link's new password, hashes it outside of the transaction, and sets it. */
export async function setPasswordByLink(
  ctx: Ctx,
  purpose: "invite" | "reset",
  token: string,
  given: string,
  device: { kind: "browser" | "api"; deviceHash: string | null },
): Promise<Entering> {
  const person = await reading(ctx, (reader) => personOfLink(reader, purpose, token));
  await checkPassword(ctx, given, person);
  const hash = await hashPassword(given);
  return perform(ctx, choosePassword, { token, hash, kind: device.kind, device_hash: device.deviceHash });
}

/** Who a link is for, to greet them on its page. */
export async function personOfLink(
  ctx: Ctx,
  purpose: "invite" | "reset",
  token: string,
): Promise<{ id: string; name: string; email: string; user_type: UserType }> {
  const { user_id } = await readOneTime(ctx, purpose, token);
  return ctx.db
    .selectFrom("users")
    .select(["id", "name", "email", "user_type"])
    .where("id", "=", user_id ?? "")
    .executeTakeFirstOrThrow();
}
