import { address, col, customFields, defaulted, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** When an invoice is due, counted from its date (PRD 3.10.2). */
export const paymentTerms = ["due_on_receipt", "net_15", "net_30", "net_45", "net_60"] as const;

/** A client, prospect, vendor or partner (PRD 3.3.2). */
export const companies = table(
  "companies",
  {
    ...record,
    name: col.text({ maxLength: 200 }),
    /** The name without case, marks and spaces: what import matches by. */
    name_key: defaulted(readOnly(col.text()), ""),
    parent_company_id: col.maybe.ref("companies", { label: "Parent company" }),
    company_type: defaulted(
      col.enum(["client", "prospect", "vendor", "partner"] as const, { label: "Type", isDefaultable: true }),
      "client" as const,
    ),
    status: defaulted(
      col.enum(["active", "inactive", "prospect"] as const, { isDefaultable: true }),
      "active" as const,
    ),
    industry: col.maybe.text({ maxLength: 120 }),
    website: col.maybe.text({ maxLength: 300, format: "website" }),
    phone: col.maybe.text({ maxLength: 50 }),
    address: address(),
    billing_address: address({ label: "Billing address" }),
    tax_id: col.maybe.text({ maxLength: 60, label: "Tax ID" }),
    default_billing_contact_id: col.maybe.ref("contacts", { label: "Billing contact" }),
    default_technical_contact_id: col.maybe.ref("contacts", { label: "Technical contact" }),
    account_manager_id: col.maybe.ref("users", { label: "Account manager", isDefaultable: true }),
    /** The contract that its work goes by unless a ticket names another: the only one in force, or which of several. */
    contract_id: col.maybe.ref("contracts", { label: "Contract" }),
    sla_id: readOnly(col.maybe.id({ label: "SLA policy" })),
    rate_card_id: col.maybe.ref("rate_cards", { label: "Rate card" }),
    currency: defaulted(col.text({ format: "currency", maxLength: 3 }), "USD"),
    payment_terms: defaulted(col.enum(paymentTerms), "net_30" as const),
    is_tax_exempt: defaulted(col.boolean({ label: "Tax exempt" }), false),
    /** The language of mails and invoices to the company; null: the organization's. */
    language: col.maybe.text({ maxLength: 10, format: "language" }),
    custom_fields: customFields(),
    notes: col.maybe.text({ maxLength: 20_000 }),
    archived_at: readOnly(col.maybe.instant()),
    /** The record that this one turned out to be. */
    merged_into_id: readOnly(col.maybe.ref("companies", { label: "Merged into" })),
  },
  { noun: "company", readPermission: "companies.read", companyColumn: "id" },
);

/** A person at a company (PRD 3.3.2). */
export const contacts = table(
  "contacts",
  {
    ...record,
    company_id: col.ref("companies", { label: "Company" }),
    first_name: col.text({ maxLength: 100 }),
    last_name: defaulted(col.text({ maxLength: 100 }), ""),
    email: col.maybe.text({ format: "email", label: "E-mail" }),
    phone: col.maybe.text({ maxLength: 50 }),
    mobile: col.maybe.text({ maxLength: 50 }),
    title: col.maybe.text({ maxLength: 120, label: "Job title" }),
    department: col.maybe.text({ maxLength: 120 }),
    contact_type: defaulted(
      col.enum(["primary", "technical", "billing", "other"] as const, { label: "Type", isDefaultable: true }),
      "other" as const,
    ),
    site_id: col.maybe.ref("sites", { label: "Site" }),
    is_portal_user: defaulted(readOnly(col.boolean({ label: "Portal access" })), false),
    portal_user_id: readOnly(col.maybe.ref("users")),
    preferred_contact_method: defaulted(
      col.enum(["email", "phone", "mobile", "portal"] as const, {
        label: "Prefers to be reached by",
        isDefaultable: true,
      }),
      "email" as const,
    ),
    timezone: col.maybe.text({ format: "timezone", label: "Time zone" }),
    /** Which mails about tickets the person wants; answers are mailed all the same to who cannot read them in the portal. */
    is_receipt_mailed: defaulted(col.boolean({ label: "Mails that a request has arrived" }), true),
    is_reply_mailed: defaulted(col.boolean({ label: "Mails with answers to requests" }), true),
    /** The language of mails to the person; null: the company's. */
    language: col.maybe.text({ maxLength: 10, format: "language" }),
    custom_fields: customFields(),
    notes: col.maybe.text({ maxLength: 20_000 }),
    archived_at: readOnly(col.maybe.instant()),
    /** The record that this one turned out to be. */
    merged_into_id: readOnly(col.maybe.ref("contacts", { label: "Merged into" })),
  },
  { noun: "contact", readPermission: "companies.read", companyColumn: "company_id" },
);

/** A place where a company is (PRD 3.3.2). */
export const sites = table(
  "sites",
  {
    ...record,
    company_id: col.ref("companies", { label: "Company" }),
    name: col.text({ maxLength: 200 }),
    address: address(),
    phone: col.maybe.text({ maxLength: 50 }),
    is_primary: defaulted(col.boolean({ label: "Primary site" }), false),
    timezone: col.maybe.text({ format: "timezone", label: "Time zone" }),
    notes: col.maybe.text({ maxLength: 20_000 }),
    archived_at: readOnly(col.maybe.instant()),
    /** The record that this one turned out to be. */
    merged_into_id: readOnly(col.maybe.ref("sites", { label: "Merged into" })),
  },
  { noun: "site", readPermission: "companies.read", companyColumn: "company_id" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    companies: TableType<typeof companies>;
    contacts: TableType<typeof contacts>;
    sites: TableType<typeof sites>;
  }
}
