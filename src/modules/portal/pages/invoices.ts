import { find, reach, type RowFor } from "../../../platform/access/reach.ts";
import { dateIn } from "../../../platform/clock.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { button, cell, empty, facts, formatDate, link } from "../../../platform/http/pages/cells.ts";
import { type List, listAnswer, tableModel } from "../../../platform/http/lists/list.ts";
import { listFileRoute } from "../../../platform/http/lists/file.ts";
import type { InvoicePageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, redirect, response, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { formatMoney, formatPrice } from "../../../platform/money.ts";
import {
  type InvoiceLineRow,
  invoicePdfResponse,
  invoices,
  quantityText,
  taxOf,
  taxRows,
} from "../../billing/index.ts";
import { settleInvoice, startCheckout, takesPayments } from "../../payments/index.ts";
import { type ClientInvoice, clientInvoices } from "../queries.ts";
import { invoiceBadge, isPayable } from "../rules.ts";
import { today } from "./words.ts";

const invoicesRead = "portal.invoices";
const home = "/portal/invoices";
const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

const invoiceList: List<ClientInvoice> = {
  title: "Invoices",
  url: home,

  file: `${home}/export`,
  table: "invoices",
  query: clientInvoices,
  columns: [
    {
      key: "invoice_number",
      label: "Number",
      sort: { reference: "invoices.invoice_number", column: invoices.columns.invoice_number },
      cell: (row) => cell.strong(row.invoice_number ?? "–", `${home}/${row.id}`),
    },
    {
      key: "invoice_date",
      label: "Date",
      is_secondary: true,
      sort: { reference: "invoices.invoice_date", column: invoices.columns.invoice_date },
      cell: (row, ctx) => cell.date(row.invoice_date, ctx.tenant),
    },
    {
      key: "due_date",
      label: "Due",
      sort: { reference: "invoices.due_date", column: invoices.columns.due_date },
      cell: (row, ctx) => cell.date(row.due_date, ctx.tenant),
    },
    {
      key: "status",
      label: "State",
      cell: (row, ctx) => cell.badge(invoiceBadge(row, today(ctx)).text, invoiceBadge(row, today(ctx)).tone),
    },
    {
      key: "total",
      label: "Total",
      is_numeric: true,
      cell: (row, ctx) => cell.money(row.total, row.currency, ctx.tenant),
    },
    {
      key: "balance_due",
      label: "To pay",
      is_numeric: true,
      cell: (row, ctx) => (isPayable(row) ? cell.money(row.balance_due, row.currency, ctx.tenant) : cell.nothing),
    },
  ],
  sort: "-invoice_date",
  href: (row) => `${home}/${row.id}`,
  empty: () => empty("invoice", t("No invoices yet"), t("Invoices appear here when they are sent to you.")),
};

interface LineRow extends Pick<InvoiceLineRow, "line_type"> {
  id: string;
  description: string;
  quantity: string;
  unit_price: string;
  total: number;
}

/** How far an invoice has come: issued, due and paid, or void. */
function stepsOf(ctx: Ctx, invoice: RowFor<"invoices">): InvoicePageModel["timeline"] {
  const on = (date: string): string => formatDate(date, ctx.tenant);
  const issued = { label: t("Issued"), text: on(invoice.invoice_date), state: "done" } as const;
  if (invoice.status === "void") {
    const at = invoice.voided_at;
    return [
      issued,
      { label: t("Void"), text: at === null ? "" : on(dateIn(ctx.tenant.timezone, at)), state: "failed" },
    ];
  }
  const isDone = invoice.status === "paid";
  const isLate = isPayable(invoice) && invoice.due_date < today(ctx);
  return [
    issued,
    { label: t("Due"), text: on(invoice.due_date), state: isLate ? "failed" : isDone ? "done" : "current" },
    { label: t("Paid"), text: "", state: isDone ? "done" : "todo" },
  ];
}

async function showInvoice(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const invoice = await find(ctx, "invoices", idOf(incoming));
  const { currency } = invoice;
  const money = (minor: number): string => formatMoney(minor, currency, ctx.tenant.locale);
  const lines = await reach(ctx, "invoice_lines")
    .select(["id", "description", "line_type", "quantity", "unit_price", "total"])
    .where("invoice_id", "=", invoice.id)
    .orderBy("sort_order")
    .orderBy("id")
    .execute();
  const paid = await reach(ctx, "payments")
    .select(["id", "payment_date", "amount"])
    .where("invoice_id", "=", invoice.id)
    .orderBy("payment_date")
    .orderBy("id")
    .execute();
  const tax = await taxOf(ctx, invoice);
  const canPay = isPayable(invoice) && (await takesPayments(ctx));
  const at = `${home}/${invoice.id}`;
  const model: InvoicePageModel = {
    header: {
      title: t("Invoice {invoice_number}", { invoice_number: invoice.invoice_number ?? "" }).trim(),
      subtitle: "",
      breadcrumbs: [{ label: t("Invoices"), href: home }],
      badges: [invoiceBadge(invoice, today(ctx))],
      actions: [
        link(t("Download PDF"), `${at}/pdf`, "download"),
        ...(canPay
          ? [button(t("Pay {amount}", { amount: money(invoice.balance_due) }), `${at}/pay`, "card", "primary")]
          : []),
      ],
    },
    facts: [
      facts(t("Invoice"), [
        [t("Date"), cell.date(invoice.invoice_date, ctx.tenant)],
        [t("Due"), cell.date(invoice.due_date, ctx.tenant)],
        [t("PO number"), cell.text(invoice.po_number)],
      ]),
      ...(paid.length === 0
        ? []
        : [
            facts(
              t("Payments"),
              paid.map(
                (payment) =>
                  [
                    formatDate(payment.payment_date, ctx.tenant),
                    cell.money(payment.amount, currency, ctx.tenant),
                  ] as const,
              ),
            ),
          ]),
    ],
    lines: tableModel<LineRow>(
      ctx,
      {
        title: t("Lines"),
        table: "invoice_lines",
        href: () => "",
        columns: [
          { key: "description", label: t("Description"), cell: (row) => cell.text(row.description) },
          {
            key: "quantity",
            label: t("Quantity"),
            is_numeric: true,
            cell: (row) => cell.number(quantityText(row)),
          },
          {
            key: "unit_price",
            label: t("Price"),
            is_numeric: true,
            cell: (row) => cell.number(formatPrice(row.unit_price, currency, ctx.tenant.locale)),
          },
          {
            key: "total",
            label: t("Amount"),
            is_numeric: true,
            cell: (row) => cell.money(row.total, currency, ctx.tenant),
          },
        ],
      },
      lines,
      "",
      null,
    ),
    totals: [
      { label: t("Subtotal"), amount: money(invoice.subtotal), is_strong: false },
      ...(invoice.discount_amount === 0
        ? []
        : [{ label: t("Discount"), amount: money(-invoice.discount_amount), is_strong: false }]),
      ...taxRows(tax, ctx.tenant.locale, money).map((row) => ({ ...row, is_strong: false })),
      { label: t("Total"), amount: money(invoice.total), is_strong: true },
      ...(invoice.amount_paid === 0
        ? []
        : [{ label: t("Paid"), amount: money(-invoice.amount_paid), is_strong: false }]),
      ...(invoice.status === "void"
        ? []
        : [{ label: t("To pay"), amount: money(isPayable(invoice) ? invoice.balance_due : 0), is_strong: true }]),
    ],
    notices: [],
    timeline: stepsOf(ctx, invoice),
    sections: [],
    notes: invoice.notes ?? "",
  };
  return page("invoices/show", model.header.title, model);
}

async function pay(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = idOf(incoming);
  await reading(ctx, (reader) => find(reader, "invoices", id));
  try {
    return redirect((await startCheckout(ctx, id)).url);
  } catch (error) {
    if (!(error instanceof Failure) || (error.status !== 409 && error.status !== 503)) throw error;
    return redirect(`${home}/${id}`, error.message, error.code === "nothing_to_pay" ? "info" : "error");
  }
}

/** Where Stripe sends a payer back to: what came in is booked and said before any webhook has to arrive. */
async function comeBack(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = idOf(incoming);
  await reading(ctx, (reader) => find(reader, "invoices", id));
  const at = `${home}/${id}`;
  try {
    await settleInvoice(ctx, id);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return redirect(at, t("Thank you. Your payment is being confirmed, and shows up here in a few minutes."), "info");
  }
  const invoice = await reading(ctx, (reader) => find(reader, "invoices", id));
  if (invoice.status === "paid")
    return redirect(at, t("Thank you. Your payment has arrived, and this invoice is paid."));
  return redirect(at, t("Your payment has not arrived yet. It shows up here when it does."), "info");
}

/** What a client owes: the list, one invoice with its PDF, and the way to pay it. */
const pages: Route[] = [
  {
    method: "GET",
    path: home,
    door: "portal",
    permission: invoicesRead,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, invoiceList),
  },
  listFileRoute({ path: `${home}/export`, door: "portal", permission: invoicesRead, list: () => invoiceList }),
  { method: "GET", path: `${home}/:id`, door: "portal", permission: invoicesRead, handle: showInvoice },
  {
    method: "GET",
    path: `${home}/:id/pdf`,
    door: "portal",
    permission: invoicesRead,
    isOutsideRead: true,
    handle: async (ctx, incoming) => response(await invoicePdfResponse(ctx, idOf(incoming))),
  },
  { method: "POST", path: `${home}/:id/pay`, door: "portal", permission: invoicesRead, handle: pay },
  {
    method: "GET",
    path: `${home}/:id/paid`,
    door: "portal",
    permission: invoicesRead,
    isOutsideRead: true,
    handle: comeBack,
  },
];

export const invoicePages: Route[] = pages.map((route) => ({ ...route, needs: "billing" }));
