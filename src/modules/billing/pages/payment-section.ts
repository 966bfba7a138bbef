import { can } from "../../../platform/access/actor.ts";
import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, link, words } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { isOpen } from "../rules/states.ts";
import type { InvoiceRow, PaymentRow } from "../schema.ts";

/** What has been paid on an invoice; null for a draft, on which nothing can be. */
export async function paymentSection(ctx: Ctx, invoice: InvoiceRow): Promise<SectionModel | null> {
  if (invoice.status === "draft") return null;
  const rows = await reach(ctx, "payments")
    .selectAll()
    .where("invoice_id", "=", invoice.id)
    .orderBy("payment_date")
    .orderBy("id")
    .execute();
  return {
    id: "payments",
    title: t("Payments"),
    actions:
      can(ctx.actor, "billing.write") && isOpen(invoice.status)
        ? [link(t("Record payment"), `/invoices/${invoice.id}/payment`, "plus")]
        : [],
    table: tableModel<PaymentRow>(
      ctx,
      {
        title: t("Payments"),
        table: "payments",
        href: () => "",
        columns: [
          { key: "payment_date", label: t("Date"), cell: (row) => cell.date(row.payment_date, ctx.tenant) },
          { key: "payment_method", label: t("Method"), cell: (row) => cell.text(words(row.payment_method)) },
          {
            key: "reference_number",
            label: t("Reference"),
            is_secondary: true,
            cell: (row) => cell.text(row.reference_number ?? row.gateway_transaction_id),
          },
          { key: "notes", label: t("Notes"), is_secondary: true, cell: (row) => cell.muted(row.notes) },
          {
            key: "amount",
            label: t("Amount"),
            is_numeric: true,
            cell: (row) => cell.money(row.amount, row.currency, ctx.tenant),
          },
        ],
      },
      rows,
      "payment_date",
      null,
    ),
    empty: empty("card", t("No payments yet"), t("Payments appear here, those by card as soon as they come in.")),
    more_url: "",
    more_label: "",
  };
}
