import { type Static, Type } from "@sinclair/typebox";
import { countAttempt, resetByAccount, resetByAddress, attemptsFrom } from "../../../platform/access/limits.ts";
import type { users } from "../../../platform/access/schema.ts";
import { revokeSessions } from "../../../platform/access/sessions.ts";
import { perform, action } from "../../../platform/action.ts";
import { asSystem, type Ctx, inUnit, reading, type Work } from "../../../platform/context.ts";
import { hashPassword } from "../../../platform/crypto/passwords.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import type { Subscription } from "../../../platform/events/event-type.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { Failure } from "../../../platform/errors.ts";
import { typedAddress } from "../../../platform/mail/addresses.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { mailBody } from "../../../platform/mail/compose.ts";
import { queueMail } from "../../../platform/mail/queue.ts";
import { inLanguageOf } from "../../../platform/mail/reader.ts";
import { resetRequested } from "../events.ts";
import { endLinks, mintOneTime, type Purpose, readOneTime, useOneTime } from "../one-time.ts";
import { tellOfChange } from "./notices.ts";
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
    const { user_type, email } = payload as Static<typeof resetRequested.payload>;
    const user = await work.db
      .selectFrom("users")
      .selectAll()
      .where("user_type", "=", user_type)
      .where("email", "=", email)
      .where("deactivated_at", "is", null)
      .executeTakeFirst();
    if (user === undefined) return;
    if (await isKeptElsewhere(work, user.id)) await tellOfDirectory(work, user);
    else await sendLink(work, user, user.password_hash === null ? "invite" : "reset");
  },
};

/** Who asks for a new password and has none here hears where theirs is. */
function tellOfDirectory(work: Work, user: { id: string; name: string; email: string }): Promise<void> {
  return inLanguageOf(work, { user_id: user.id }, async () => {
    const heading = t("Your password is kept elsewhere");
    const body = mailBody(
      {
        heading,
        paragraphs: [
          t("Somebody, probably you, has asked for a new password for this address."),
          t("You sign in to {name} with the password of your organization's directory. It is changed there.", {
            name: work.tenant.name,
          }),
        ],
        footer: work.tenant.name,
      },
      work.tenant.brand,
    );
    await queueMail(work, {
      to: { address: user.email, name: user.name },
      subject: heading,
      text: body.text,
      html: body.html,
      about: { type: "users", id: user.id },
      dedupe_key: `directory-password:${newId()}`,
    });
  });
}

/** Queues the mail with a one-time link for a user. */
export function sendLink(
  work: Work,
  user: { id: string; name: string; email: string; user_type: UserType },
  purpose: Exclude<Purpose, "setup">,
  /** Whether the person has asked for it, or an administrator requires it. */
  why: "asked" | "required" = "asked",
): Promise<void> {
  return inLanguageOf(work, { user_id: user.id }, () => writeLink(work, user, purpose, why));
}

/**
 * Links that were mailed to the address before open the account no longer: it may have been mistyped, and be a stranger's.
 * Whoever still needs one gets it at the new address; whoever signs in already hears of the change there.
 */
export async function sendLinksToNewAddress(work: Work, user: RowOf<typeof users>): Promise<void> {
  await endLinks(work, user.id);
  if (await isKeptElsewhere(work, user.id)) return;
  if (user.password_hash !== null) await tellOfChange(work, user.id, "address_changed", () => user.email);
  else if (user.deactivated_at === null)
    await (user.password_changed_at === null
      ? sendLink(work, user, "invite")
      : sendLink(work, user, "reset", "required"));
}

async function writeLink(
  work: Work,
  user: { id: string; name: string; email: string; user_type: UserType },
  purpose: Exclude<Purpose, "setup">,
  why: "asked" | "required",
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
                  "{name} has given you access to its client portal: ask for help, see how it is going, and pay invoices.",
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
          paragraphs:
            why === "required"
              ? requiredText(work)
              : [
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

const requiredText = (work: Work): string[] => [
  t("An administrator of {name} asks you to choose a new password. The one you had works no longer.", {
    name: work.tenant.name,
  }),
  t(
    "The link is good for one hour and works once. After that, ask for another one on the sign-in page, under the forgotten password.",
  ),
];

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
