import { reach, wholeShape } from "../../platform/access/reach.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { t } from "../../platform/language/index.ts";
import { formatMoney } from "../../platform/money.ts";
import {
  beforeIn,
  timelineShape,
  timelineValues,
  type TimelineEntry,
  type TimelineSource,
} from "../../platform/timeline.ts";
import { stateLabel } from "./labels.ts";

/** Invoices of a company, by when they were approved. A contact has none of their own. */
export const invoiceTimeline: TimelineSource = {
  kind: "invoice",
  label: "Invoices",
  permission: "billing.read",
  load: async (ctx, subject, range) => {
    if (subject.table !== "companies") return [];
    const shape = wholeShape(ctx, timelineShape("invoices", subject.table, range), "invoices");
    const rows = await runOnceBuilt(ctx, shape, timelineValues(subject, range), (given) =>
      reach(ctx, "invoices")
        .leftJoin("users as approvers", "approvers.id", "invoices.approved_by_id")
        .select([
          "invoices.id",
          "invoices.invoice_number",
          "invoices.approved_at",
          "invoices.status",
          "invoices.total",
          "invoices.currency",
          "approvers.name as approver",
        ])
        .where("invoices.company_id", "=", given.id)
        .where("invoices.approved_at", "is not", null)
        .where(beforeIn("invoices.approved_at", "invoices.id", given))
        .orderBy("invoices.approved_at", "desc")
        .orderBy("invoices.id", "desc")
        .limit(range.limit),
    );
    return rows.map((row): TimelineEntry => {
      const number = row.invoice_number ?? "";
      const amount = formatMoney(row.total, row.currency, ctx.tenant.locale);
      return {
        id: row.id,
        kind: "invoice",
        at: row.approved_at ?? "",
        actor_name: row.approver ?? ctx.tenant.name,
        text: t("Invoice {number} for {amount}", { number, amount }),
        html: "",
        href: `/invoices/${row.id}`,
        icon: "invoice",
        badge: { text: stateLabel(row.status), tone: "neutral" },
      };
    });
  },
};
