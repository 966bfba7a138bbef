import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { BillingRunModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page } from "../../../platform/http/route.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { shownPeriod } from "../../contracts/index.ts";
import { type BatchOutcome, type BatchReport, monthRange } from "../batch.ts";

/** A month `2026-11` as `November 2026`. */
export const monthName = (month: string): string => shownPeriod(monthRange(month));

/** What the run has made, left out, and could not do. */
export function reportPage(ctx: Ctx, month: string, report: BatchReport): Answer {
  const section = (
    id: string,
    title: string,
    outcomes: readonly BatchOutcome[],
    nothing: SectionModel["empty"],
  ): SectionModel => ({
    id,
    title,
    actions: [],
    table: tableModel<BatchOutcome & { id: string }>(
      ctx,
      {
        title,
        table: id,
        href: (row) => (row.invoice_id === null ? `/contracts/${row.contract_id}` : `/invoices/${row.invoice_id}`),
        columns: [
          { key: "company", label: t("Company"), cell: (row) => cell.text(row.company) },
          { key: "contract", label: t("Contract"), cell: (row) => cell.text(row.contract) },
          id === "made"
            ? {
                key: "total",
                label: t("Total"),
                is_numeric: true,
                cell: (row: BatchOutcome) => cell.money(row.total, row.currency, ctx.tenant),
              }
            : { key: "reason", label: t("Why"), cell: (row: BatchOutcome) => cell.text(row.reason) },
        ],
      },
      outcomes.map((one) => ({ ...one, id: `${one.contract_id}-${one.period_start ?? ""}` })),
      "company",
      null,
    ),
    empty: nothing,
    more_url: "",
    more_label: "",
  });
  const model: BillingRunModel = {
    header: {
      title: t("Billing run"),
      subtitle: monthName(month),
      breadcrumbs: [{ label: t("Invoices"), href: "/invoices" }],
      badges: [],
      actions: [link(t("Review the drafts"), "/billing/review", "check", "primary")],
    },
    stats: [],
    sections: [
      section(
        "made",
        t("Drafts made"),
        report.made,
        empty("invoice", t("No draft was made"), t("There was nothing to bill.")),
      ),
      ...(report.failed.length === 0
        ? []
        : [section("failed", t("Failed"), report.failed, empty("alert", t("Nothing"), ""))]),
      ...(report.skipped.length === 0
        ? []
        : [section("skipped", t("Left out"), report.skipped, empty("check", t("Nothing"), ""))]),
    ],
    form: null,
  };
  return page("billing/run", t("Billing run"), model);
}
