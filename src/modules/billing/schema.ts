import { Type } from "@sinclair/typebox";
import { col, defaulted, link, readOnly, record, type RowOf, secret, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const readPermission = "billing.read";
const terms = ["due_on_receipt", "net_15", "net_30", "net_45", "net_60"] as const;
export const invoiceStatuses = ["draft", "pending", "sent", "paid", "partially_paid", "void", "written_off"] as const;
export const paymentMethods = ["check", "credit_card", "ach", "wire", "cash", "other"] as const;

const orNull = Type.Union([Type.String({ format: "uuid" }), Type.Null()]);
const draftProblems = Type.Array(
  Type.Object({
    severity: Type.Union([Type.Literal("error"), Type.Literal("warning")]),
    code: Type.String(),
    message: Type.String(),
    time_entry_id: orNull,
    work_type_id: orNull,
  }),
);

/** A tax in percent of the net amount. */
export const taxRates = table(
  "tax_rates",
  {
    ...record,
    name: col.text({ maxLength: 80 }),
    rate: col.decimal({ label: "Percent" }),
    is_default: defaulted(col.boolean({ label: "Standard" }), false),
    is_active: defaulted(col.boolean({ label: "In use" }), true),
  },
  { noun: "tax rate", readPermission, isConfiguration: true },
);

/** What a company owes, and for what (PRD 3.10.2). */
export const invoices = table(
  "invoices",
  {
    ...record,
    /** Given without gaps when the invoice is approved; a draft has none. */
    invoice_number: readOnly(col.maybe.text({ label: "Number" })),
    company_id: col.ref("companies", { label: "Company" }),
    billing_contact_id: col.maybe.ref("contacts", { label: "Billing contact" }),
    contract_id: col.maybe.ref("contracts", { label: "Contract" }),
    status: readOnly(defaulted(col.enum(invoiceStatuses), "draft" as const)),
    invoice_date: col.date(),
    due_date: readOnly(col.date()),
    payment_terms: col.enum(terms),
    /** What it bills: half-open, the end is the first day that is not billed. */
    period_start: readOnly(col.maybe.date()),
    period_end: readOnly(col.maybe.date()),
    tax_rate_id: col.maybe.ref("tax_rates", { label: "Tax rate" }),
    tax_name: readOnly(col.maybe.text()),
    tax_percent: readOnly(defaulted(col.decimal(), "0")),
    subtotal: readOnly(defaulted(col.money(), 0)),
    tax_amount: readOnly(defaulted(col.money(), 0)),
    discount_amount: defaulted(col.money({ label: "Discount" }), 0),
    total: readOnly(defaulted(col.money(), 0)),
    amount_paid: readOnly(defaulted(col.money(), 0)),
    balance_due: readOnly(defaulted(col.money(), 0)),
    currency: readOnly(col.text()),
    /** Printed on the invoice. */
    notes: col.maybe.text({ maxLength: 5000 }),
    internal_notes: col.maybe.text({ maxLength: 5000 }),
    po_number: col.maybe.text({ maxLength: 80, label: "PO number" }),
    /** Letterhead and address as they were when it was approved. */
    issued_details: secret(col.maybe.json<Record<string, unknown>>()),
    /** What keeps a draft from being approved. */
    problems: readOnly(defaulted(col.json<Record<string, unknown>[]>({ shape: draftProblems }), [])),
    approved_at: readOnly(col.maybe.instant()),
    approved_by_id: readOnly(col.maybe.ref("users")),
    sent_at: readOnly(col.maybe.instant()),
    paid_at: readOnly(col.maybe.instant()),
    voided_at: readOnly(col.maybe.instant()),
  },
  {
    noun: "invoice",
    readPermission,
    isSensitive: true,
    companyColumn: "company_id",
    portalPermission: "portal.invoices",
  },
);

export const invoiceLines = table(
  "invoice_lines",
  {
    ...record,
    invoice_id: readOnly(col.ref("invoices")),
    line_type: col.enum(["service", "product", "time_entry", "adjustment", "tax", "discount"] as const, {
      label: "Type",
    }),
    description: col.text({ maxLength: 2000 }),
    quantity: col.decimal(),
    unit_price: col.decimal(),
    total: readOnly(col.money()),
    currency: readOnly(col.text()),
    is_taxable: defaulted(col.boolean({ label: "Taxable" }), true),
    ticket_id: readOnly(col.maybe.ref("tickets")),
    project_id: readOnly(col.maybe.id()),
    contract_item_id: readOnly(col.maybe.ref("contract_items")),
    /** What this line bills, as a text: no two lines of live invoices bill the same. */
    billing_key: readOnly(col.maybe.text()),
    /** Where each cent comes from. */
    explanation: readOnly(defaulted(col.json<Record<string, unknown>>(), {})),
    sort_order: defaulted(col.integer(), 0),
  },
  { noun: "invoice line", readPermission },
);

export const invoiceLineTimeEntries = table(
  "invoice_line_time_entries",
  {
    ...link,
    invoice_line_id: col.ref("invoice_lines"),
    time_entry_id: col.ref("time_entries"),
    billed_minutes: col.integer(),
    billed_amount: col.money(),
    currency: col.text(),
  },
  { isAudited: false, readPermission },
);

/** Which live invoice bills a time entry: at most one. */
export const billedTimeEntries = table(
  "billed_time_entries",
  { ...link, time_entry_id: col.ref("time_entries"), invoice_id: col.ref("invoices") },
  { isAudited: false, readPermission },
);

/** Money that came in (PRD 3.10.2). */
export const payments = table(
  "payments",
  {
    ...record,
    invoice_id: col.maybe.ref("invoices", { label: "Invoice" }),
    company_id: col.ref("companies", { label: "Company" }),
    payment_date: col.date(),
    amount: col.money(),
    currency: readOnly(col.text()),
    payment_method: col.enum(paymentMethods, { label: "Method" }),
    reference_number: col.maybe.text({ maxLength: 120, label: "Reference" }),
    gateway_transaction_id: readOnly(col.maybe.text()),
    notes: col.maybe.text({ maxLength: 2000 }),
    recorded_by_id: readOnly(col.maybe.ref("users")),
  },
  {
    noun: "payment",
    readPermission,
    isSensitive: true,
    companyColumn: "company_id",
    portalPermission: "portal.invoices",
  },
);

export type InvoiceRow = RowOf<typeof invoices>;
export type InvoiceLineRow = RowOf<typeof invoiceLines>;
export type PaymentRow = RowOf<typeof payments>;

declare module "../../platform/database/tables.ts" {
  interface Tables {
    tax_rates: TableType<typeof taxRates>;
    invoices: TableType<typeof invoices>;
    invoice_lines: TableType<typeof invoiceLines>;
    invoice_line_time_entries: TableType<typeof invoiceLineTimeEntries>;
    billed_time_entries: TableType<typeof billedTimeEntries>;
    payments: TableType<typeof payments>;
  }
}
