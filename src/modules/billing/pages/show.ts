import { can } from "../../../platform/access/actor.ts";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { activityOf } from "../../../platform/http/pages/activity.ts";
import { cell, empty, facts, formatDate, formatInstant, link, words } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { InvoicePageModel } from "../../../platform/http/models/pages.ts";
import type { EmptyModel } from "../../../platform/http/models/partials.ts";
import { type Answer, type Incoming, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { formatMoney, formatPrice } from "../../../platform/money.ts";
import { shownPeriod } from "../../contracts/index.ts";
import { linesOf } from "../drafts/recompute.ts";
import { todayOf } from "../drafts/write.ts";
import { evidenceOf } from "../evidence.ts";
import { taxOf } from "../issue/details.ts";
import { recipientOf } from "../issue/recipient.ts";
import { statusBadge } from "../lists.ts";
import type { DraftProblem } from "../rules/problems.ts";
import { isOpen } from "../rules/states.ts";
import type { InvoiceLineRow, InvoiceRow } from "../schema.ts";
import { actionsOf } from "./buttons.ts";
import { paymentSection } from "./payment-section.ts";
import { timeSection } from "./time-section.ts";
import { type Taxed, taxRows } from "../pdf/tax-rows.ts";
import { quantityText } from "../quantity.ts";

/** The page of one invoice: lines with their evidence, totals, where it stands, and what can be done now. */
export async function showInvoice(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const invoice = await find(ctx, "invoices", incoming.params["id"] ?? "");
  const [company, contract, lines, recipient, payments, activity] = await Promise.all([
    ctx.db
      .selectFrom("companies")
      .select(["id", "name"])
      .where("id", "=", invoice.company_id)
      .executeTakeFirstOrThrow(),
    maybeFind(ctx, "contracts", invoice.contract_id),
    linesOf(ctx, invoice.id),
    recipientOf(ctx, invoice),
    paymentSection(ctx, invoice),
    activityOf(ctx, "invoices", invoice.id),
  ]);
  const [time, taxed] = await Promise.all([timeSection(ctx, lines), taxOf(ctx, invoice, lines)]);
  const period =
    invoice.period_start === null || invoice.period_end === null
      ? null
      : shownPeriod({ start: invoice.period_start, end: invoice.period_end });
  const title = invoice.invoice_number ?? t("Draft invoice");
  const model: InvoicePageModel = {
    header: {
      title,
      subtitle: [company.name, period, formatMoney(invoice.total, invoice.currency, ctx.tenant.locale)]
        .filter((part) => part !== null)
        .join(" · "),
      breadcrumbs: [{ label: t("Invoices"), href: "/invoices" }],
      badges: [statusBadge(invoice, todayOf(ctx))],
      actions: actionsOf(ctx, invoice, recipient?.address ?? null),
    },
    notices: noticesOf(ctx, invoice, recipient !== null),
    facts: [
      facts(t("Invoice"), [
        [t("Company"), cell.link(company.name, `/companies/${company.id}`)],
        [
          t("Contract"),
          contract === undefined
            ? cell.nothing
            : cell.link(`${contract.contract_number} ${contract.name}`, `/contracts/${contract.id}`),
        ],
        [t("Dated"), cell.date(invoice.invoice_date, ctx.tenant)],
        [t("Terms"), cell.text(words(invoice.payment_terms))],
        [t("Due"), cell.date(invoice.due_date, ctx.tenant)],
        [t("PO number"), cell.text(invoice.po_number)],
        [invoice.sent_at === null ? t("Goes to") : t("Sent to"), cell.mail(recipient?.address)],
      ]),
      ...(invoice.internal_notes === null
        ? []
        : [facts(t("Internal notes"), [[t("Not printed"), cell.text(invoice.internal_notes)]])]),
    ],
    lines: lineTable(ctx, invoice, lines),
    ...(lines.length === 0 ? { lines_empty: withoutLines(ctx, invoice) } : {}),
    totals: totalsOf(ctx, invoice, taxed),
    timeline: timelineOf(ctx, invoice),
    sections: [...(time === null ? [] : [time]), ...(payments === null ? [] : [payments]), activity],
    notes: invoice.notes ?? "",
  };
  return page("invoices/show", title, model);
}

function withoutLines(ctx: Ctx, invoice: InvoiceRow): EmptyModel {
  return empty(
    "invoice",
    t("No lines yet"),
    t("There is nothing to bill: the invoice has no lines."),
    invoice.status === "draft" && can(ctx.actor, "billing.write")
      ? link(t("Add line"), `/invoices/${invoice.id}/lines/new`, "plus", "primary")
      : null,
  );
}

type Notice = NonNullable<InvoicePageModel["notices"]>[number];

function noticesOf(ctx: Ctx, invoice: InvoiceRow, hasRecipient: boolean): Notice[] {
  const mayWrite = can(ctx.actor, "billing.write");
  const problems = (invoice.status === "draft" ? invoice.problems : []) as unknown as DraftProblem[];
  const notices: Notice[] = [];
  const seen = new Set<string>();
  for (const { severity, code, message, time_entry_id } of problems) {
    // That stands where the lines would.
    if (code === "nothing_to_bill" || seen.has(message)) continue;
    seen.add(message);
    const mend =
      code === "no_rate"
        ? [
            link(t("Rate cards"), "/rate-cards"),
            ...(time_entry_id === null ? [] : [link(t("The time entry"), `/time/${time_entry_id}/edit`)]),
          ]
        : [];
    notices.push({
      kind: severity === "error" ? "error" : "warning",
      text: code === "no_rate" ? t("{message} Then build the draft again.", { message }) : message,
      actions: mayWrite ? mend : [],
    });
  }
  if (!hasRecipient && (invoice.status === "draft" || isOpen(invoice.status))) {
    notices.push({
      kind: "warning",
      text: t(
        "Nobody at this company receives invoices yet: name a billing contact with an e-mail address before it is sent.",
      ),
      actions: [link(t("Edit the company"), `/companies/${invoice.company_id}/edit`)],
    });
  }
  return notices;
}

function lineTable(ctx: Ctx, invoice: InvoiceRow, lines: readonly InvoiceLineRow[]): InvoicePageModel["lines"] {
  const price = (line: InvoiceLineRow): string => formatPrice(line.unit_price, invoice.currency, ctx.tenant.locale);
  return tableModel<InvoiceLineRow>(
    ctx,
    {
      title: t("Lines"),
      table: "invoice_lines",
      href: (line) => `/invoices/${invoice.id}/lines/${line.id}`,
      columns: [
        { key: "description", label: t("Description"), cell: (line) => cell.text(line.description) },
        {
          key: "evidence",
          label: t("Where it comes from"),
          is_secondary: true,
          cell: (line) => cell.muted(evidenceOf(line, ctx.tenant).join(" ")),
        },
        {
          key: "quantity",
          label: t("Quantity"),
          is_numeric: true,
          cell: (line) => cell.number(quantityText(line)),
        },
        { key: "unit_price", label: t("Price"), is_numeric: true, cell: (line) => cell.number(price(line)) },
        {
          key: "tax",
          label: t("Tax"),
          is_secondary: true,
          cell: (line) => (line.is_taxable && invoice.tax_name !== null ? cell.check(true) : cell.nothing),
        },
        {
          key: "total",
          label: t("Amount"),
          is_numeric: true,
          cell: (line) => cell.money(line.total, invoice.currency, ctx.tenant),
        },
      ],
    },
    lines,
    "sort_order",
    null,
  );
}

function totalsOf(ctx: Ctx, invoice: InvoiceRow, tax: Taxed): InvoicePageModel["totals"] {
  const money = (minor: number): string => formatMoney(minor, invoice.currency, ctx.tenant.locale);
  const hasPayments = invoice.amount_paid > 0;
  return [
    { label: t("Subtotal"), amount: money(invoice.subtotal), is_strong: false },
    ...(invoice.discount_amount === 0
      ? []
      : [{ label: t("Discount"), amount: money(-invoice.discount_amount), is_strong: false }]),
    ...taxRows(tax, ctx.tenant.locale, money).map((row) => ({ ...row, is_strong: false })),
    { label: t("Total"), amount: money(invoice.total), is_strong: true },
    ...(hasPayments ? [{ label: t("Paid"), amount: money(invoice.amount_paid), is_strong: false }] : []),
    ...(hasPayments ? [{ label: t("Balance due"), amount: money(invoice.balance_due), is_strong: true }] : []),
  ];
}

function timelineOf(ctx: Ctx, invoice: InvoiceRow): InvoicePageModel["timeline"] {
  const at = (instant: string | null): string => (instant === null ? "" : formatInstant(instant, ctx.tenant));
  const approved = invoice.approved_at !== null;
  const sent = invoice.sent_at !== null;
  const steps: InvoicePageModel["timeline"] = [
    { label: t("Draft"), text: at(invoice.created_at), state: approved ? "done" : "current" },
    { label: t("Approved"), text: at(invoice.approved_at), state: approved ? "done" : "todo" },
    {
      label: t("Sent"),
      text: at(invoice.sent_at),
      state: sent ? "done" : approved && invoice.status !== "void" ? "current" : "todo",
    },
  ];
  if (invoice.status === "void") return [...steps, { label: t("Void"), text: at(invoice.voided_at), state: "failed" }];
  const isPaid = invoice.status === "paid";
  const due = t("due {date}", { date: formatDate(invoice.due_date, ctx.tenant) });
  return [
    ...steps,
    {
      label: t("Paid"),
      text: isPaid ? at(invoice.paid_at) : approved ? due : "",
      state: isPaid ? "done" : sent ? "current" : "todo",
    },
  ];
}
