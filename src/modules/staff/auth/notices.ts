import type { Work } from "../../../platform/context.ts";
import { formatInstant } from "../../../platform/http/pages/cells.ts";
import { t } from "../../../platform/language/index.ts";
import { inLanguageOf } from "../../../platform/mail/reader.ts";
import { newId } from "../../../platform/ids.ts";
import { deviceOf } from "../rules.ts";
import { queueOwnMail } from "./own-mail.ts";

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

/** What is in the mailbox's list and above the text: what it is, and where. */
function headingOf(change: Change, organization: string): string {
  switch (change) {
    case "password_changed":
      return t("Your password at {organization} has been changed", { organization });
    case "address_changed":
      return t("You sign in to {organization} with another e-mail address", { organization });
    case "two_step_on":
      return t("Two-step sign-in at {organization} is on", { organization });
    case "two_step_off":
      return t("Two-step sign-in at {organization} is off", { organization });
    case "two_step_reset":
      return t("Your second step at {organization} has been reset", { organization });
    case "recovery_codes_made":
      return t("New recovery codes at {organization}", { organization });
    case "passkey_added":
      return t("A new passkey at {organization}", { organization });
    case "passkey_removed":
      return t("A passkey at {organization} has been removed", { organization });
    case "new_device":
      return t("A sign-in at {organization} from a new device", { organization });
    case "key_made":
      return t("A new API key at {organization}", { organization });
    case "key_expires":
      return t("An API key at {organization} ends soon", { organization });
    case "refresh_token_reused":
      return t("A program has been signed out at {organization}", { organization });
  }
}

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
      return t("Somebody, probably you, has signed in from a device that was not used before.");
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

/** Changes that others make for somebody: where these sit is not that person's business, who they are is. */
const madeByOthers: ReadonlySet<Change> = new Set(["address_changed", "two_step_reset"]);

interface Owner {
  name: string;
  email: string;
  user_type: "staff" | "portal";
}

/** Whose account, when, and from where or by whom: by this one knows whether it was oneself. */
function factsOf({ app, tenant, actor, request }: Work, change: Change, user: Owner): string {
  const account = t("Account: {name}, {email}", { name: user.name, email: user.email });
  if (change === "key_expires") return account;
  const now = formatInstant(app.clock.now(), tenant);
  const at = t("When: {when} ({zone})", { when: now, zone: tenant.zone });
  if (madeByOthers.has(change))
    return [account, at, ...(actor.user_id === null ? [] : [t("By: {name}", { name: actor.name })])].join("\n");
  const device = deviceOf(request.user_agent);
  return [account, at, ...(request.ip === "" ? [] : [t("From: {device}, {ip}", { device, ip: request.ip })])].join(
    "\n",
  );
}

/** What to do; the link goes to where it is done. */
function adviceOf({ tenant }: Work, change: Change, user: Owner): { text: string; label: string; path: string } {
  const account = { label: t("Your account"), path: "/account" };
  if (change === "key_expires") return { text: "", ...account };
  const isStaff = user.user_type === "staff";
  if (madeByOthers.has(change))
    return {
      text: isStaff
        ? t("If you did not expect this, tell your administrator at once.")
        : t("If you did not expect this, tell {organization} at once.", { organization: tenant.name }),
      ...account,
    };
  return {
    text: isStaff
      ? t(
          "If it was you, there is nothing to do. If not, choose a new password at once: that signs everybody out who is signed in as you. Then take away what is not yours under “Your account”, and tell your administrator.",
        )
      : t(
          "If it was you, there is nothing to do. If not, choose a new password at once: that signs everybody out who is signed in as you. Then take away what is not yours under “Your account”, and tell {organization}.",
          { organization: tenant.name },
        ),
    label: t("Choose a new password"),
    path: "/forgot",
  };
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
    .select(["id", "name", "email", "user_type"])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  const heading = headingOf(change, work.tenant.name);
  const advice = adviceOf(work, change, user);
  await queueOwnMail(
    work,
    user,
    heading,
    {
      heading,
      paragraphs: [sentenceOf(change, details), factsOf(work, change, user), advice.text].filter((text) => text !== ""),
      action: {
        label: advice.label,
        url: `${work.tenant.public_url}${user.user_type === "portal" ? "/portal" : ""}${advice.path}`,
      },
    },
    `sign-in-notice:${newId()}`,
  );
}
