import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, formatDate, link } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import type { SectionModel, StatModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { formatMoney } from "../../../platform/money.ts";
import { agingReport } from "../reports.ts";
import { type AgingBucket, agingBuckets, type AgingRow } from "../rules/terms.ts";

const labelFor = (bucket: AgingBucket): string => {
  const labels: Record<AgingBucket, string> = {
    current: t("Not due"),
    days_1_30: t("1–30 days"),
    days_31_60: t("31–60 days"),
    days_61_90: t("61–90 days"),
    days_over_90: t("Over 90 days"),
  };
  return labels[bucket];
};

type Row = AgingRow & { id: string; company: string };

/** Who owes how much, and how late it is. */
async function showAging(ctx: Ctx): Promise<Answer> {
  const { as_of, rows, totals } = await agingReport(ctx);
  const section: SectionModel = {
    id: "aging",
    title: t("By company"),
    actions: [],
    table: {
      ...tableModel<Row>(
        ctx,
        {
          title: t("What clients owe, by how late it is"),
          table: "aging",
          href: (row) => `/invoices?view=open&company=${row.company_id}`,
          columns: [
            {
              key: "company",
              label: t("Company"),
              cell: (row) => cell.strong(row.company, `/invoices?view=open&company=${row.company_id}`),
            },
            ...agingBuckets.map((bucket) => ({
              key: bucket,
              label: labelFor(bucket),
              is_numeric: true,
              is_secondary: false,
              cell: (row: Row) =>
                row[bucket] === 0 ? cell.nothing : cell.money(row[bucket], row.currency, ctx.tenant),
            })),
            {
              key: "total",
              label: t("Total"),
              is_numeric: true,
              cell: (row) => cell.money(row.total, row.currency, ctx.tenant),
            },
          ],
        },
        rows.map((row) => ({ ...row, id: `${row.company_id}-${row.currency}` })),
        "company",
        null,
      ),
      sums: totals.map((total) => ({ cells: sumCells(ctx, total) })),
    },
    empty: empty("check-circle", t("Nobody owes anything"), t("Invoices that are approved and not paid appear here.")),
    more_url: "",
    more_label: "",
  };
  const model: RecordPageModel = {
    header: {
      title: t("Receivables"),
      subtitle: t("What clients owe on {date}", { date: formatDate(as_of, ctx.tenant) }),
      breadcrumbs: [{ label: t("Invoices"), href: "/invoices" }],
      badges: [],
      actions: [link(t("Overdue invoices"), "/invoices?view=overdue", "alert")],
    },
    stats: totals.flatMap((total) => statsOf(ctx, total)),
    tabs: [],
    sections: [section],
    facts: [],
    notes: "",
    attachments: [],
  };
  return page("records/show", t("Receivables"), model);
}

function sumCells(ctx: Ctx, total: AgingRow): CellModel[] {
  const money = (minor: number): CellModel =>
    minor === 0 ? cell.nothing : cell.money(minor, total.currency, ctx.tenant);
  return [cell.text(t("All companies")), ...agingBuckets.map((bucket) => money(total[bucket])), money(total.total)];
}

function statsOf(ctx: Ctx, total: AgingRow): StatModel[] {
  const money = (minor: number): string => formatMoney(minor, total.currency, ctx.tenant.locale);
  const stat = (label: string, minor: number, tone: StatModel["tone"], hint: string): StatModel => ({
    label,
    value: money(minor),
    hint,
    tone,
    href: "",
    icon: "",
  });
  const late = total.total - total.current;
  return [
    stat(t("Open"), total.total, "", t("On all open invoices")),
    stat(t("Overdue"), late, late > 0 ? "warning" : "", late > 0 ? t("Past the due date") : t("Nothing is late")),
    stat(
      t("Over 90 days"),
      total.days_over_90,
      total.days_over_90 > 0 ? "error" : "",
      total.days_over_90 > 0 ? t("Long overdue") : t("Nothing is that late"),
    ),
  ];
}

export const agingPages: Route[] = [
  { method: "GET", path: "/billing/aging", door: "staff", permission: "billing.read", handle: showAging },
];
