import { can } from "../../../platform/access/actor.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { BillingRunModel } from "../../../platform/http/models/pages.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import type { CellModel } from "../../../platform/http/models/lists.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { formatMoney } from "../../../platform/money.ts";
import { reading } from "../../../platform/context.ts";
import { t } from "../../../platform/language/index.ts";
import { shownPeriod } from "../../contracts/index.ts";
import { generateBatch, type PreviewRow, previewBatch } from "../batch.ts";
import { todayOf } from "../drafts/write.ts";
import { invoices } from "../schema.ts";
import { monthName, reportPage } from "./run-report.ts";

const crumbs = [{ label: "Invoices", href: "/invoices" }];
const monthPattern = /^20\d\d-(0[1-9]|1[0-2])$/;

const shifted = (month: string, months: number): string =>
  Temporal.PlainYearMonth.from(month).add({ months }).toString();

/** What a run of the month would bill, and the button that makes the drafts. */
async function showPreview(
  ctx: Ctx,
  asked: string | null,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<Answer> {
  const month = asked !== null && monthPattern.test(asked) ? asked : todayOf(ctx).slice(0, 7);
  const rows = await previewBatch(ctx, month);
  const due = rows.filter((row) => row.plans.length > 0);
  const model: BillingRunModel = {
    header: {
      title: t("Billing run"),
      subtitle: monthName(month),
      breadcrumbs: crumbs,
      badges: [],
      actions: [-1, 1].map((step) =>
        link(
          monthName(shifted(month, step)),
          `/billing/run?month=${shifted(month, step)}`,
          step < 0 ? "arrow-left" : "arrow-right",
        ),
      ),
    },
    stats: statsOf(ctx, due),
    sections: [
      previewSection(
        ctx,
        "due",
        t("To bill"),
        due,
        rows.length > 0
          ? empty("check-circle", t("Nothing to bill"), t("Every contract of this month is billed, or none is active."))
          : empty(
              "contract",
              t("No contract to bill"),
              t("A run makes a month's drafts from contracts. Work without one is billed on its company's page."),
              can(ctx.actor, "contracts.write") ? link(t("New contract"), "/contracts/new", "plus", "primary") : null,
            ),
      ),
      ...(rows.length === due.length
        ? []
        : [
            previewSection(
              ctx,
              "left-out",
              t("Left out"),
              rows.filter((row) => row.plans.length === 0),
              empty("check", t("Nothing"), ""),
            ),
          ]),
    ],
    form:
      due.length === 0
        ? null
        : formModel({
            action: "/billing/run",
            values: typed ?? { month, invoice_date: todayOf(ctx) },
            failure,
            submit_label:
              due.length === 1
                ? t("Make the draft")
                : t("{count, plural, one {Make drafts for # contract} other {Make drafts for # contracts}}", {
                    count: due.length,
                  }),
            cancel_url: "/invoices",
            sections: [
              {
                title: t("Make the drafts"),
                hint: t("Nothing gets a number or is sent before somebody approves it."),
                fields: [field("month", t("Month"), { kind: "hidden" }), columnField(invoices, "invoice_date")],
              },
            ],
          }),
  };
  return page("billing/run", t("Billing run"), model, failure?.status ?? 200);
}

function statsOf(ctx: Ctx, due: readonly PreviewRow[]): BillingRunModel["stats"] {
  const sums = new Map<string, number>();
  for (const plan of due.flatMap((row) => row.plans))
    sums.set(plan.currency, (sums.get(plan.currency) ?? 0) + totalOf(plan));
  const problems = due.filter((row) =>
    row.plans.some((plan) => plan.problems.some((problem) => problem.severity === "error")),
  ).length;
  return [
    ...[...sums].map(([currency, sum]) => ({
      label: t("To bill before tax"),
      value: formatMoney(sum, currency, ctx.tenant.locale),
      hint:
        due.length === 1
          ? t("One contract")
          : t("{count, plural, one {# contract} other {# contracts}}", { count: due.length }),
      tone: "" as const,
      href: "",
      icon: "invoice",
    })),
    ...(problems === 0
      ? []
      : [
          {
            label: t("With problems"),
            value: String(problems),
            hint: t("Work without a rate stays unbilled"),
            tone: "warning" as const,
            href: "/rate-cards",
            icon: "alert",
          },
        ]),
  ];
}

const totalOf = (plan: PreviewRow["plans"][number]): number => plan.lines.reduce((sum, line) => sum + line.total, 0);

function previewSection(
  ctx: Ctx,
  id: "due" | "left-out",
  title: string,
  rows: readonly PreviewRow[],
  nothing: SectionModel["empty"],
): SectionModel {
  return {
    id,
    title,
    actions: [],
    table: tableModel<PreviewRow & { id: string }>(
      ctx,
      {
        title,
        table: id,
        href: (row) => `/contracts/${row.contract.id}`,
        columns: [
          { key: "company", label: t("Company"), cell: (row) => cell.text(row.company) },
          {
            key: "contract",
            label: t("Contract"),
            cell: (row) => cell.text(`${row.contract.contract_number} ${row.contract.name}`),
          },
          {
            key: "period",
            label: t("Period"),
            is_secondary: true,
            cell: (row) => cell.muted(row.plans.map((plan) => shownPeriod(plan.period)).join(", ")),
          },
          { key: "state", label: t("What happens"), cell: whatHappens },
          {
            key: "total",
            label: t("Before tax"),
            is_numeric: true,
            cell: (row) =>
              row.plans.length === 0
                ? cell.nothing
                : cell.money(
                    row.plans.reduce((sum, plan) => sum + totalOf(plan), 0),
                    row.contract.currency,
                    ctx.tenant,
                  ),
          },
        ],
      },
      rows.map((row) => ({ ...row, id: row.contract.id })),
      "company",
      null,
    ),
    empty: nothing,
    more_url: "",
    more_label: "",
  };
}

function whatHappens(row: PreviewRow): CellModel {
  if (row.skipped !== "") return cell.muted(row.skipped);
  const problem = row.plans.flatMap((plan) => plan.problems)[0];
  if (problem !== undefined)
    return {
      ...cell.badge(problem.severity === "error" ? t("Needs attention") : t("Look at it"), "warning"),
      hint: problem.message,
    };
  const lines = row.plans.reduce((sum, plan) => sum + plan.lines.length, 0);
  return cell.text(lines === 1 ? t("One line") : t("{count, plural, one {# line} other {# lines}}", { count: lines }));
}

export const runPages: Route[] = [
  {
    method: "GET",
    path: "/billing/run",
    door: "staff",
    permission: "billing.write",
    handle: (ctx, incoming) => showPreview(ctx, incoming.url.searchParams.get("month"), null, null),
  },
  {
    method: "POST",
    path: "/billing/run",
    door: "staff",
    permission: "billing.write",
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const month = String(fields["month"] ?? "");
      try {
        const date = String(fields["invoice_date"] ?? "").trim();
        const report = await generateBatch(ctx, { month, ...(date === "" ? {} : { invoice_date: date }) });
        return reportPage(ctx, month, report);
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => showPreview(reader, month, fields, failure));
      }
    },
  },
];
