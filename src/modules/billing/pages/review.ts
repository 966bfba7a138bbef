import { can } from "../../../platform/access/actor.ts";
import { reach } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import type { ListColumn } from "../../../platform/http/lists/list.ts";
import { choosable, tableModel, tickedOf } from "../../../platform/http/lists/table.ts";
import type { CellModel, TableModel } from "../../../platform/http/models/lists.ts";
import type { InvoiceReviewModel } from "../../../platform/http/models/pages.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { declared, t } from "../../../platform/language/index.ts";
import { formatMoney } from "../../../platform/money.ts";
import { shownPeriod } from "../../contracts/index.ts";
import { type InvoiceListRow, invoiceColumns, invoiceRows } from "../lists.ts";
import { canApprove, type DraftProblem } from "../rules/problems.ts";
import { againstBefore } from "../rules/against-before.ts";
import { goOn, outcomePage, type Outcome } from "./review-outcome.ts";

const title = declared("Approve and send");
const crumbs = [{ label: "Invoices", href: "/invoices" }];
const most = 500;

/** An invoice that waits, with what it bills and what the contract came to the time before. */
interface Waiting extends InvoiceListRow {
  period_start: string | null;
  period_end: string | null;
  total_before: number | null;
}

const problemsOf = (row: InvoiceListRow): DraftProblem[] => row.problems as unknown as DraftProblem[];

const isReady = (row: InvoiceListRow): boolean => row.status === "pending" || canApprove(problemsOf(row));

/** Everything that waits to be approved or sent: what needs somebody first, and what is ready to tick. */
async function showReview(ctx: Ctx): Promise<Answer> {
  // Found first and named then, as on the dashboard.
  const waits = reach(ctx, "invoices").select("invoices.id").where("invoices.status", "in", ["draft", "pending"]);
  const rows = await invoiceRows(ctx)
    .select(["invoices.period_start", "invoices.period_end"])
    .select((eb) =>
      eb
        .selectFrom("invoices as before")
        .whereRef("before.contract_id", "=", "invoices.contract_id")
        .whereRef("before.period_start", "<", "invoices.period_start")
        .where("before.status", "not in", ["draft", "void"])
        .orderBy("before.period_start", "desc")
        .limit(1)
        .select("before.total")
        .as("total_before"),
    )
    .where("invoices.id", "in", waits)
    .orderBy("companies.name")
    .orderBy("invoices.id")
    .limit(most)
    .$castTo<Waiting>()
    .execute();
  const ready = rows.filter(isReady);
  const waiting = rows.filter((row) => !isReady(row));
  const model: InvoiceReviewModel = {
    header: { title: t(title), subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
    sections: [
      ...(waiting.length === 0 && ready.length > 0 ? [] : [attention(ctx, waiting)]),
      ...(ready.length === 0 ? [] : [readySection(ctx, ready)]),
    ],
    form: ready.length === 0 ? null : { count: ready.length, can_send: can(ctx.actor, "billing.write") },
  };
  return page("billing/review", t(title), model);
}

const columnsOf = (...keys: string[]): ListColumn<Waiting>[] =>
  keys.flatMap((key) => invoiceColumns.find((column) => column.key === key) ?? []) as ListColumn<Waiting>[];

function readySection(ctx: Ctx, rows: readonly Waiting[]): SectionModel {
  const columns: ListColumn<Waiting>[] = [
    ...columnsOf("invoice_number", "company", "contract"),
    {
      key: "period",
      label: t("Period"),
      is_secondary: true,
      cell: (row) =>
        row.period_start === null || row.period_end === null
          ? cell.nothing
          : cell.muted(shownPeriod({ start: row.period_start, end: row.period_end })),
    },
    ...columnsOf("invoice_date", "due_date"),
    { key: "before", label: t("Against the last one"), is_numeric: true, cell: (row) => beforeCell(ctx, row) },
    ...columnsOf("total"),
  ];
  const table = tableModel(
    ctx,
    { title: t("Ready"), table: "invoices", columns, href: (row: Waiting) => `/invoices/${row.id}` },
    rows,
    "company",
    null,
  );
  return {
    id: "ready",
    title: t("Ready"),
    actions: [],
    table: { ...choosable(table, { form: "review-form", are_chosen: true }), sums: sumsOf(ctx, columns, rows) },
    empty: empty("check-circle", t("Nothing is ready"), ""),
    more_url: "",
    more_label: "",
  };
}

/** What all of them come to, currency by currency. */
function sumsOf(ctx: Ctx, columns: readonly ListColumn<Waiting>[], rows: readonly Waiting[]): TableModel["sums"] {
  return [...Map.groupBy(rows, (row) => row.currency)].map(([currency, ofCurrency]) => {
    const total = ofCurrency.reduce((sum, row) => sum + row.total, 0);
    const count = t("{count, plural, one {# invoice} other {# invoices}}", { count: ofCurrency.length });
    const sums: Record<string, CellModel> = {
      invoice_number: cell.text(count),
      total: cell.money(total, currency, ctx.tenant),
    };
    return { cells: columns.map(({ key }) => sums[key] ?? cell.blank) };
  });
}

function beforeCell(ctx: Ctx, { total, total_before, currency }: Waiting): CellModel {
  if (total_before === null) return cell.nothing;
  const { difference, percent } = againstBefore(total, total_before);
  if (difference === 0) return cell.muted(t("The same"));
  const sign = difference > 0 ? "+" : "−";
  const amount = `${sign}${formatMoney(Math.abs(difference), currency, ctx.tenant.locale)}`;
  return cell.text(percent === null ? amount : `${amount} (${sign}${percent} %)`);
}

function attention(ctx: Ctx, rows: readonly Waiting[]): SectionModel {
  const columns: ListColumn<Waiting>[] = [
    ...columnsOf("invoice_number", "company", "contract"),
    {
      key: "problems",
      label: t("What is wrong"),
      cell: (row) => cell.text([...new Set(problemsOf(row).map(({ message }) => message))].join(" ")),
    },
    ...columnsOf("total"),
  ];
  return {
    id: "attention",
    title: t("Needs attention first"),
    actions: [],
    table: tableModel(
      ctx,
      {
        title: t("Drafts with problems"),
        table: "drafts",
        columns,
        href: (row: Waiting) => `/invoices/${row.id}`,
      },
      rows,
      "company",
      null,
    ),
    empty: empty(
      "check-circle",
      t("Nothing waits"),
      t("Every invoice is approved and sent."),
      link(t("Billing run"), "/billing/run", "refresh", "primary"),
    ),
    more_url: "",
    more_label: "",
  };
}

export const reviewPages: Route[] = [
  { method: "GET", path: "/billing/review", door: "staff", permission: "billing.approve", handle: showReview },
  {
    method: "POST",
    path: "/billing/review",
    door: "staff",
    permission: "billing.approve",
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const seen = tickedOf([fields["ids"] ?? []].flat());
      const ids = [...seen.keys()].slice(0, most);
      const isSending = fields["step"] === "send" && can(ctx.actor, "billing.write");
      const rows =
        ids.length === 0
          ? []
          : await reading(ctx, (reader) =>
              invoiceRows(reader)
                .where("invoices.id", "in", ids)
                .where("invoices.status", "in", ["draft", "pending"])
                .orderBy("companies.name")
                .orderBy("invoices.id")
                .execute(),
            );
      const outcomes: Outcome[] = [];
      for (const row of rows) outcomes.push(await goOn(ctx, { ...row, version: seen.get(row.id) ?? 0 }, isSending));
      return outcomePage(ctx, { title: t(title), breadcrumbs: crumbs }, outcomes);
    },
  },
];
