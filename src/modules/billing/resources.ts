import { Type } from "@sinclair/typebox";
import { sql } from "kysely";
import type { Ctx } from "../../platform/context.ts";
import { resource } from "../../platform/resource.ts";
import { createInvoice, deleteDraft, updateInvoice } from "./actions/drafts.ts";
import { deleteLine, updateLine } from "./actions/lines.ts";
import { recordPayment } from "./actions/payments.ts";
import { createTaxRate, deleteTaxRate, updateTaxRate } from "./actions/tax-rates.ts";
import { invoiceLines, invoices, payments, taxRates } from "./schema.ts";

const permission = "billing.read";

export const invoiceResource = resource({
  type: "invoices",
  table: invoices,
  permission,
  create: createInvoice,
  update: updateInvoice,
  remove: deleteDraft,
  under: [
    { parent: "companies", column: "company_id" },
    { parent: "contracts", column: "contract_id" },
  ],
  sort: "-id",
});

/** The time entries behind each line, as the specification has them (PRD 3.10.2 `time_entry_ids`). */
async function timeEntryIds(ctx: Ctx, rows: readonly Record<string, unknown>[]): Promise<Record<string, unknown>[]> {
  const ids = rows.map((row) => String(row["id"]));
  const links =
    ids.length === 0
      ? []
      : await ctx.db
          .selectFrom("invoice_line_time_entries")
          .select(["invoice_line_id", "time_entry_id"])
          .where("invoice_line_id", "in", ids)
          .orderBy(sql`time_entry_id`)
          .execute();
  return ids.map((id) => ({
    time_entry_ids: links.filter((link) => link.invoice_line_id === id).map((link) => link.time_entry_id),
  }));
}

export const invoiceLineResource = resource({
  type: "invoice_lines",
  table: invoiceLines,
  permission,
  update: updateLine,
  remove: deleteLine,
  extend: timeEntryIds,
  calculated: ["time_entry_ids"],
  schemas: { time_entry_ids: Type.Array(Type.String({ format: "uuid" })) },
  sort: "invoice_id,sort_order",
});

export const paymentResource = resource({
  type: "payments",
  table: payments,
  permission,
  create: recordPayment,
  under: [
    { parent: "companies", column: "company_id" },
    { parent: "invoices", column: "invoice_id" },
  ],
  sort: "-payment_date",
});

export const taxRateResource = resource({
  type: "tax_rates",
  table: taxRates,
  permission,
  create: createTaxRate,
  update: updateTaxRate,
  remove: deleteTaxRate,
  sort: "name",
});
