import type { Work } from "../../../platform/context.ts";
import { t } from "../../../platform/language/index.ts";
import { mailBody } from "../../../platform/mail/compose.ts";
import { queueMail } from "../../../platform/mail/queue.ts";
import { inLanguageOf } from "../../../platform/mail/reader.ts";
import { newId } from "../../../platform/ids.ts";

/** What a person hears of by mail, so that a change that was not theirs does not go unnoticed. */
export type Change =
  | "password_changed"
  | "address_changed"
  | "two_step_on"
  | "two_step_off"
  | "two_step_reset"
  | "recovery_codes_made"
  | "passkey_added"
  | "passkey_removed"
  | "new_device"
  | "key_made"
  | "key_expires"
  | "refresh_token_reused";

function sentenceOf(change: Change, details: string): string {
  switch (change) {
    case "password_changed":
      return t("Your password has been changed.");
    case "address_changed":
      return t("From now on you sign in with another e-mail address: {details}.", { details });
    case "two_step_on":
      return t("Two-step sign-in has been switched on for your account.");
    case "two_step_off":
      return t("Two-step sign-in has been switched off for your account.");
    case "two_step_reset":
      return t(
        "An administrator has reset the second step of your sign-in: authenticator app, recovery codes and passkeys.",
      );
    case "recovery_codes_made":
      return t("New recovery codes have been made for your account; the earlier ones no longer work.");
    case "passkey_added":
      return t("A passkey has been added to your account: {details}.", { details });
    case "passkey_removed":
      return t("A passkey has been removed from your account: {details}.", { details });
    case "new_device":
      return t("Somebody, probably you, has signed in from a device that was not used before: {details}.", { details });
    case "key_made":
      return t("An API key has been made for your account: {details}.", { details });
    case "key_expires":
      return t("An API key of yours ends soon, and with it what uses it: {details}. Make a new one in time.", {
        details,
      });
    case "refresh_token_reused":
      return t(
        "A program that was signed in for you has been signed out, because its access was used twice: {details}.",
        {
          details,
        },
      );
  }
}

/** Queues a mail to the person about a change of their sign-in; `details` is called in the language of that person. */
export function tellOfChange(
  work: Work,
  userId: string,
  change: Change,
  details: () => string = () => "",
): Promise<void> {
  return inLanguageOf(work, { user_id: userId }, () => writeNotice(work, userId, change, details()));
}

async function writeNotice(work: Work, userId: string, change: Change, details: string): Promise<void> {
  const user = await work.db
    .selectFrom("users")
    .select(["name", "email", "user_type"])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  const body = mailBody(
    {
      heading: change === "key_expires" ? t("An API key ends soon") : t("A change of your sign-in"),
      paragraphs: [
        sentenceOf(change, details),
        ...(change === "key_expires"
          ? []
          : [t("If it was not you, change your password at once and tell your administrator.")]),
      ],
      action: {
        label: t("Your account"),
        url: `${work.tenant.public_url}${user.user_type === "portal" ? "/portal" : ""}/account`,
      },
      footer: work.tenant.name,
    },
    work.tenant.brand,
  );
  await queueMail(work, {
    to: { address: user.email, name: user.name },
    subject:
      change === "key_expires"
        ? t("An API key at {organization} ends soon", { organization: work.tenant.name })
        : t("A change of your sign-in at {organization}", { organization: work.tenant.name }),
    text: body.text,
    html: body.html,
    about: { type: "users", id: userId },
    dedupe_key: `sign-in-notice:${newId()}`,
  });
}
