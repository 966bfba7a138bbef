import type { Ctx } from "../../../platform/context.ts";
import { isModuleOn } from "../../../platform/switches.ts";
import type { InvoiceRow } from "../schema.ts";

/**
 * Who receives an invoice and its receipts: its billing contact, else the company's, else a contact for billing, else the
 * primary contact; always one who has an e-mail address and is not archived. Null: nobody does.
 */
export async function recipientOf(
  ctx: Ctx,
  invoice: Pick<InvoiceRow, "company_id" | "billing_contact_id">,
): Promise<{ address: string; name: string; contact_id: string } | null> {
  const company = await ctx.db
    .selectFrom("companies")
    .select("default_billing_contact_id")
    .where("id", "=", invoice.company_id)
    .executeTakeFirst();
  const contacts = await ctx.db
    .selectFrom("contacts")
    .select(["id", "first_name", "last_name", "email", "contact_type"])
    .where("company_id", "=", invoice.company_id)
    .where("archived_at", "is", null)
    .where("email", "is not", null)
    .orderBy("created_at")
    .execute();
  const found =
    contacts.find((one) => one.id === invoice.billing_contact_id) ??
    contacts.find((one) => one.id === company?.default_billing_contact_id) ??
    contacts.find((one) => one.contact_type === "billing") ??
    contacts.find((one) => one.contact_type === "primary");
  if (found?.email == null) return null;
  return { address: found.email, name: `${found.first_name} ${found.last_name}`.trim(), contact_id: found.id };
}

/** The contacts of a company who can open its invoices in the portal: to everybody else an address there is a closed door. */
export async function portalReadersOf(ctx: Ctx, companyId: string): Promise<string[]> {
  if (!isModuleOn(ctx.app, ctx.tenant, "portal")) return [];
  const rows = await ctx.db
    .selectFrom("users")
    .innerJoin("contacts", "contacts.id", "users.contact_id")
    .innerJoin("user_roles", "user_roles.user_id", "users.id")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .select("contacts.id")
    .distinct()
    .where("contacts.company_id", "=", companyId)
    .where("contacts.is_portal_user", "=", true)
    .where("contacts.archived_at", "is", null)
    .where("users.user_type", "=", "portal")
    .where("users.deactivated_at", "is", null)
    .where("role_permissions.permission", "=", "portal.invoices")
    .execute();
  return rows.map(({ id }) => id);
}
