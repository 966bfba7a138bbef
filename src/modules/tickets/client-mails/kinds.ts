import type { Ctx } from "../../../platform/context.ts";
import { sign, verify } from "../../../platform/crypto/tokens.ts";
import { declared } from "../../../platform/language/index.ts";
import { isModuleOn } from "../../../platform/switches.ts";

/**
 * The mails about tickets that a contact can do without. Invoices, payments, invitations and what is about an account are
 * not among them: those always come.
 */
export const mailKinds = {
  is_receipt_mailed: declared("Mails that a request has arrived"),
  is_reply_mailed: declared("Mails with answers to requests"),
} as const;

export type MailKind = keyof typeof mailKinds;

interface Chosen {
  is_receipt_mailed: boolean;
  is_reply_mailed: boolean;
  is_portal_user: boolean;
}

/** Answers have to reach people somewhere: only who reads them in the portal can do without the mail. */
export function canDoWithout(ctx: Pick<Ctx, "app" | "tenant">, kind: MailKind, contact: Chosen): boolean {
  return kind === "is_receipt_mailed" || (contact.is_portal_user && isModuleOn(ctx.app, ctx.tenant, "portal"));
}

/** Whether a contact gets mails of a kind. */
export function wantsMail(ctx: Pick<Ctx, "app" | "tenant">, kind: MailKind, contact: Chosen): boolean {
  return contact[kind] || !canDoWithout(ctx, kind, contact);
}

type Keys = Pick<Ctx, "app" | "tenant">;

const purpose = "unsubscribe";

/** Where a contact ends the mails of a kind without signing in. The address proves that it stood in a mail to them. */
export function unsubscribeUrl({ app, tenant }: Keys, contactId: string, kind: MailKind): string {
  const about = `${contactId}.${kind}`;
  return `${tenant.public_url}/mails/${about}.${sign(app.keyring.derive(purpose, tenant.id), about)}`;
}

/** Whose mails of which kind an address is about; null: it is none of ours. */
export function readUnsubscribe({ app, tenant }: Keys, token: string): { contactId: string; kind: MailKind } | null {
  const [contactId = "", kind = "", signature = ""] = token.split(".");
  if (!Object.hasOwn(mailKinds, kind)) return null;
  if (!verify(app.keyring.derive(purpose, tenant.id), `${contactId}.${kind}`, signature)) return null;
  return { contactId, kind: kind as MailKind };
}
