import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { cell, empty, link } from "../../platform/http/pages/cells.ts";
import { dayFilters } from "../../platform/http/lists/kinds.ts";
import type { List, ListFilter, ListQuery } from "../../platform/http/lists/list.ts";
import { optionalColumn, optionalReference } from "../../platform/http/lists/optional.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { idOrNone } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { formatMoney } from "../../platform/money.ts";
import { invoiceBulk } from "./bulk.ts";
import { todayOf } from "./drafts/write.ts";
import { openBalances, openStatuses } from "./reports.ts";
import { type InvoiceStatus, isOpen } from "./rules/states.ts";
import { invoices } from "./schema.ts";
import { stateLabel } from "./labels.ts";

export interface InvoiceListRow {
  id: string;
  version: number;
  invoice_number: string | null;
  status: InvoiceStatus;
  invoice_date: string;
  due_date: string;
  total: number;
  balance_due: number;
  currency: string;
  problems: Record<string, unknown>[];
  company_id: string;
  company: string;
  contract: string | null;
}

/** Invoices with the names a list shows. */
export function invoiceRows(ctx: Ctx): ListQuery<InvoiceListRow> {
  return reach(ctx, "invoices")
    .innerJoin("companies", "companies.id", "invoices.company_id")
    .leftJoin("contracts", "contracts.id", "invoices.contract_id")
    .select([
      "invoices.id",
      "invoices.version",
      "invoices.invoice_number",
      "invoices.status",
      "invoices.invoice_date",
      "invoices.due_date",
      "invoices.total",
      "invoices.balance_due",
      "invoices.currency",
      "invoices.problems",
      "invoices.company_id",
      "companies.name as company",
      "contracts.name as contract",
    ]);
}

const statusTones: Record<InvoiceStatus, string> = {
  draft: "neutral",
  pending: "info",
  sent: "info",
  partially_paid: "warning",
  paid: "success",
  void: "neutral",
  written_off: "neutral",
};

/** The state of an invoice as our people read it; what is late is called so, and whether anybody has asked for it yet. */
export function statusBadge(
  invoice: Pick<InvoiceListRow, "status" | "due_date">,
  today: string,
): { text: string; tone: string } {
  if (isOpen(invoice.status) && invoice.due_date < today)
    return { text: invoice.status === "pending" ? t("Overdue, not sent") : t("Overdue"), tone: "error" };
  return {
    text: stateLabel(invoice.status),
    tone: statusTones[invoice.status],
  };
}

const { columns } = invoices;

export const invoiceColumns: List<InvoiceListRow>["columns"] = [
  {
    key: "invoice_number",
    label: "Number",
    sort: { reference: "invoices.invoice_number", column: columns.invoice_number },
    cell: (row) => cell.strong(row.invoice_number ?? t("Draft"), `/invoices/${row.id}`),
  },
  {
    key: "company",
    label: "Company",
    is_main: true,
    sort: { reference: "companies.name", column: { kind: "text", isNullable: false } },
    cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
  },
  { key: "contract", label: "Contract", is_secondary: true, cell: (row) => cell.muted(row.contract) },
  { key: "status", label: "State", cell: stateCell },
  {
    key: "invoice_date",
    label: "Dated",
    is_secondary: true,
    sort: { reference: "invoices.invoice_date", column: columns.invoice_date },
    cell: (row, ctx) => cell.date(row.invoice_date, ctx.tenant),
  },
  {
    key: "due_date",
    label: "Due",
    sort: { reference: "invoices.due_date", column: columns.due_date },
    cell: (row, ctx) => (row.status === "draft" ? cell.nothing : cell.date(row.due_date, ctx.tenant)),
  },
  {
    key: "total",
    label: "Total",
    is_numeric: true,
    sort: { reference: "invoices.total", column: columns.total },
    cell: (row, ctx) => cell.money(row.total, row.currency, ctx.tenant),
  },
  {
    key: "balance_due",
    label: "Open",
    is_numeric: true,
    sort: { reference: "invoices.balance_due", column: columns.balance_due },
    cell: (row, ctx) => (isOpen(row.status) ? cell.money(row.balance_due, row.currency, ctx.tenant) : cell.nothing),
  },
  optionalColumn(invoices, "subtotal"),
  optionalColumn(invoices, "tax_amount", { label: "Tax" }),
  optionalColumn(invoices, "discount_amount"),
  optionalColumn(invoices, "amount_paid", { label: "Paid" }),
  optionalColumn(invoices, "currency"),
  optionalColumn(invoices, "po_number"),
  optionalColumn(invoices, "payment_terms", { label: "Payment terms" }),
  optionalColumn(invoices, "period_start", { label: "Period from" }),
  optionalColumn(invoices, "period_end", { label: "Period until" }),
  optionalReference(invoices, "billing_contact_id", {
    name: ["first_name", "last_name"],
    href: (id) => `/contacts/${id}`,
  }),
  optionalReference(invoices, "approved_by_id", { key: "approved_by", label: "Approved by", name: ["name"] }),
  optionalColumn(invoices, "approved_at", { label: "Approved" }),
  optionalColumn(invoices, "sent_at", { label: "Sent" }),
  optionalColumn(invoices, "paid_at", { label: "Paid on" }),
  optionalColumn(invoices, "created_at", { label: "Made" }),
  optionalColumn(invoices, "updated_at", { label: "Changed" }),
];

function stateCell(row: InvoiceListRow, ctx: Ctx): ReturnType<typeof cell.badge> {
  if (row.status === "draft" && row.problems.some((problem) => problem["severity"] === "error"))
    return cell.badge(t("Needs attention"), "warning");
  const { text, tone } = statusBadge(row, todayOf(ctx));
  return cell.badge(text, tone);
}

const filters: ListFilter<InvoiceListRow>[] = [
  {
    name: "company",
    label: "Company",
    options: (ctx) => optionsOf(ctx, "companies"),
    apply: (query, value) => query.where("invoices.company_id", "=", idOrNone(value)),
  },
  {
    name: "status",
    label: "State",
    options: () => [
      { value: "open", label: t("Open") },
      { value: "overdue", label: t("Overdue") },
      ...columns.status.values.map((value) => ({ value, label: stateLabel(value as InvoiceStatus) })),
    ],
    apply: (query, value, ctx) => {
      if (value === "open") return query.where("invoices.status", "in", openStatuses);
      if (value !== "overdue") return query.where("invoices.status", "=", value);
      return query.where("invoices.status", "in", openStatuses).where("invoices.due_date", "<", todayOf(ctx));
    },
  },
  ...dayFilters<InvoiceListRow>("invoices.invoice_date", "date"),
];

/** The list page of invoices, with what is open in its subtitle. */
export const invoiceList: List<InvoiceListRow> = {
  title: "Invoices",
  subtitle: async (ctx) => {
    const balances = await openBalances(ctx);
    return balances
      .map(({ currency, open }) => t("{amount} open", { amount: formatMoney(open, currency, ctx.tenant.locale) }))
      .join(", ");
  },
  url: "/invoices",
  table: "invoices",
  query: invoiceRows,
  columns: invoiceColumns,
  views: [
    { key: "all", label: "All", query: "" },
    { key: "drafts", label: "Drafts", query: "status=draft&sort=company" },
    { key: "open", label: "Open", query: "status=open" },
    { key: "overdue", label: "Overdue", query: "status=overdue" },
    { key: "paid", label: "Paid", query: "status=paid" },
  ],
  filters,
  bulk: invoiceBulk,
  search: "Search invoices",
  sort: "-invoice_date",
  href: (row) => `/invoices/${row.id}`,
  actions: (ctx) => [
    link(t("Receivables"), "/billing/aging", "chart"),
    ...(can(ctx.actor, "billing.approve") ? [link(t("Approve and send"), "/billing/review", "check")] : []),
    ...(can(ctx.actor, "billing.write")
      ? [link(t("Billing run"), "/billing/run", "refresh"), link(t("New invoice"), "/invoices/new", "plus", "primary")]
      : []),
  ],
  empty: (ctx, view) =>
    empty(
      "invoice",
      view === "all" ? t("No invoices yet") : t("Nothing here"),
      t("Run the billing of a month to make drafts from contracts and time, or write an invoice by hand."),
      can(ctx.actor, "billing.write") ? link(t("Billing run"), "/billing/run", "refresh", "primary") : null,
    ),
};
