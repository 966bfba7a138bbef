import type { users } from "../../../platform/access/schema.ts";
import type { Work } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { newId } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { inLanguageOf } from "../../../platform/mail/reader.ts";
import { isModuleOn } from "../../../platform/switches.ts";
import { endLinks, mintOneTime, type Purpose } from "../one-time.ts";
import { tellOfChange } from "./notices.ts";
import { queueOwnMail } from "./own-mail.ts";
import { isKeptElsewhere } from "./passwords.ts";
import type { UserType } from "./sign-in.ts";

/** The mails that bring somebody a link to choose a password, or say why there is none. */

/** Who asks for a new password and has none here hears where theirs is. */
export function tellOfDirectory(
  work: Work,
  user: { id: string; name: string; email: string },
  askedFrom: string,
): Promise<void> {
  return inLanguageOf(work, { user_id: user.id }, async () => {
    const heading = t("Your password is kept elsewhere");
    await queueOwnMail(
      work,
      user,
      heading,
      {
        heading,
        paragraphs: [
          askedText(work, user, askedFrom),
          t("You sign in to {name} with the password of your organization's directory. It is changed there.", {
            name: work.tenant.name,
          }),
        ],
      },
      `directory-password:${newId()}`,
    );
  });
}

/** Queues the mail with a one-time link for a user. */
export function sendLink(
  work: Work,
  user: { id: string; name: string; email: string; user_type: UserType },
  purpose: Exclude<Purpose, "setup">,
  /** The address from which it was asked for; null: nobody has, it is wanted here. */
  askedFrom: string | null = null,
): Promise<void> {
  return inLanguageOf(work, { user_id: user.id }, () => writeLink(work, user, purpose, askedFrom));
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
    await (user.password_changed_at === null ? sendLink(work, user, "invite") : sendLink(work, user, "reset"));
}

async function writeLink(
  work: Work,
  user: { id: string; name: string; email: string; user_type: UserType },
  purpose: Exclude<Purpose, "setup">,
  askedFrom: string | null,
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
              ? await portalText(work, user.id)
              : t("{name} has invited you to Purser. Choose a password to sign in.", { name: work.tenant.name }),
            t("The link is good for seven days and works once."),
          ],
          label: t("Choose a password"),
        }
      : {
          subject: t("Choose a new password for {name}", { name: work.tenant.name }),
          heading: t("Choose a new password"),
          paragraphs:
            askedFrom === null
              ? requiredText(work)
              : [
                  askedText(work, user, askedFrom),
                  t("The link is good for one hour and works once."),
                  t("If it was not you, do nothing: your password stays as it is."),
                ],
          label: t("Choose a new password"),
        };
  await queueOwnMail(
    work,
    user,
    texts.subject,
    { heading: texts.heading, paragraphs: texts.paragraphs, action: { label: texts.label, url } },
    `${purpose}:${token.slice(-12)}`,
  );
}

/** Whose password was asked for, and from where: by this one knows whether it was oneself. */
const askedText = ({ tenant }: Work, { email }: { email: string }, askedFrom: string): string =>
  t("Somebody, probably you, has asked for a new password for {email} at {organization}, from the address {ip}.", {
    email,
    organization: tenant.name,
    ip: askedFrom,
  });

/** What somebody new may do in the portal, and no more than that: not everybody sees invoices. */
async function portalText(work: Work, userId: string): Promise<string> {
  const { app, tenant } = work;
  const seesInvoices = await work.db
    .selectFrom("user_roles")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .select("role_permissions.permission")
    .where("user_roles.user_id", "=", userId)
    .where("role_permissions.permission", "=", "portal.invoices")
    .executeTakeFirst();
  return seesInvoices !== undefined && isModuleOn(app, tenant, "billing")
    ? t("{name} has given you access to its client portal: ask for help, see how it is going, and see invoices.", {
        name: tenant.name,
      })
    : t("{name} has given you access to its client portal: ask for help, and see how it is going.", {
        name: tenant.name,
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
