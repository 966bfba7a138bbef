import { type NotNull, sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { cell, empty, formatMinutes, link, words } from "../../platform/http/pages/cells.ts";
import type { List, ListFilter, ListQuery } from "../../platform/http/lists/list.ts";
import { optionalColumn, optionalReference } from "../../platform/http/lists/optional.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { dayFilters, periodFilter } from "../../platform/http/lists/kinds.ts";
import { idOrNone, noId } from "../../platform/ids.ts";
import { numberFormat } from "../../platform/language/formats.ts";
import { t } from "../../platform/language/index.ts";
import { timeBulk } from "./bulk.ts";
import { timeEntries } from "./schema.ts";

export interface TimeRow {
  id: string;
  date: string;
  duration_minutes: number;
  worked_minutes: number;
  notes: string;
  is_billable: boolean;
  billing_status: string;
  technician: string;
  company: string;
  company_id: string;
  ticket_id: string | null;
  ticket_number: string | null;
  work_type: string;
}

const filters: ListFilter<TimeRow>[] = [
  {
    name: "technician",
    label: "Technician",
    options: async (ctx) => [
      { value: "me", label: t("Me") },
      ...(await optionsOf(ctx, "users", { where: { user_type: "staff" } })),
    ],
    apply: (query, value, ctx) =>
      query.where("time_entries.user_id", "=", value === "me" ? (ctx.actor.user_id ?? noId) : idOrNone(value)),
  },
  {
    name: "company",
    label: "Company",
    options: (ctx) => optionsOf(ctx, "companies"),
    apply: (query, value) => query.where("time_entries.company_id", "=", idOrNone(value)),
  },
  {
    name: "billable",
    label: "Billable",
    options: () => [
      { value: "yes", label: t("Billable") },
      { value: "no", label: t("Not billable") },
    ],
    apply: (query, value) => query.where("time_entries.is_billable", "=", value === "yes"),
  },
  {
    name: "billing",
    label: "Billing",
    options: () => timeEntries.columns.billing_status.values.map((value) => ({ value, label: words(value) })),
    apply: (query, value) => query.where("time_entries.billing_status", "=", value),
  },
  periodFilter("period", "Period", "time_entries.date", "date"),
  ...dayFilters<TimeRow>("time_entries.date", "date"),
];

const billingTones: Record<string, string> = { not_billed: "neutral", ready_to_bill: "info", billed: "success" };

/** Hours with their companies: begun with these where they give the order, else with the hours (decision 0032). */
function entriesOfCompanies(ctx: Ctx, isInTheirOrder: boolean) {
  const entries = reach(ctx, "time_entries");
  const inTheirOrder = entries.innerJoin("companies", "companies.id", "time_entries.company_id");
  return isInTheirOrder
    ? inTheirOrder
    : (entries.leftJoin("companies", "companies.id", "time_entries.company_id") as unknown as typeof inTheirOrder);
}

export const timeList: List<TimeRow> = {
  title: "Time",
  url: "/time",
  table: "time_entries",
  query: (ctx, sortedBy) =>
    entriesOfCompanies(ctx, sortedBy === "company")
      // They are always there; from the left so that SQLite begins with the list's own table (decision 0032).
      .leftJoin("users", "users.id", "time_entries.user_id")
      .leftJoin("work_types", "work_types.id", "time_entries.work_type_id")
      // Of a ticket out of reach not even the number is said.
      .leftJoin(reach(ctx, "tickets").select(["tickets.id", "tickets.ticket_number"]).as("seen"), (join) =>
        join.onRef("seen.id", "=", "time_entries.ticket_id"),
      )
      .select([
        "time_entries.id",
        "time_entries.date",
        "time_entries.duration_minutes",
        "time_entries.worked_minutes",
        "time_entries.notes",
        "time_entries.is_billable",
        "time_entries.billing_status",
        "time_entries.company_id",
        "time_entries.ticket_id",
        "users.name as technician",
        "companies.name as company",
        "seen.ticket_number",
        "work_types.name as work_type",
      ])
      .$narrowType<{ technician: NotNull; work_type: NotNull }>(),
  columns: [
    {
      key: "date",
      label: "Date",
      sort: { reference: "time_entries.date", column: timeEntries.columns.date },
      cell: (row, ctx) => cell.date(row.date, ctx.tenant),
    },
    {
      key: "technician",
      label: "Technician",
      sort: {
        reference: "users.name",
        column: { kind: "text", isNullable: false },
        few: { table: "users", reference: "time_entries.user_id", column: "name", where: { user_type: "staff" } },
      },
      cell: (row) => cell.person(row.technician),
    },
    {
      key: "company",
      label: "Company",
      sort: { reference: "companies.name", column: { kind: "text", isNullable: false } },
      cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
    },
    {
      key: "ticket_number",
      label: "Ticket",
      cell: (row) =>
        row.ticket_number === null
          ? cell.nothing
          : cell.link(`#${row.ticket_number}`, `/tickets/${row.ticket_id ?? ""}`),
    },
    { key: "work_type", label: "Work type", is_secondary: true, cell: (row) => cell.text(row.work_type) },
    { key: "notes", label: "Notes", is_secondary: true, is_main: true, cell: (row) => cell.muted(row.notes) },
    {
      key: "duration_minutes",
      label: "Time",
      is_numeric: true,
      sort: { reference: "time_entries.duration_minutes", column: timeEntries.columns.duration_minutes },
      cell: (row) => ({
        ...cell.duration(row.duration_minutes),
        kind: "strong_link",
        href: `/time/${row.id}/edit`,
        hint: t("Worked {duration}", { duration: formatMinutes(row.worked_minutes) }),
      }),
    },
    {
      key: "billing_status",
      label: "Billing",
      cell: (row) =>
        row.is_billable
          ? cell.badge(words(row.billing_status), billingTones[row.billing_status] ?? "neutral")
          : cell.muted(t("Not billable")),
    },
    optionalColumn(timeEntries, "start_time", { label: "Start" }),
    optionalColumn(timeEntries, "end_time", { label: "End" }),
    optionalColumn(timeEntries, "worked_minutes", {
      label: "Time worked",
      cell: (row) => cell.duration(row.worked_minutes),
    }),
    optionalReference(timeEntries, "contract_id", { name: ["name"], href: (id) => `/contracts/${id}` }),
    optionalReference(timeEntries, "invoice_id", {
      name: ["invoice_number"],
      label: "Invoice",
      href: (id) => `/invoices/${id}`,
    }),
    optionalColumn(timeEntries, "hourly_rate"),
    optionalColumn(timeEntries, "total_amount", { label: "Amount" }),
    optionalColumn(timeEntries, "approval_status", { label: "Approval" }),
    optionalColumn(timeEntries, "internal_notes"),
    optionalColumn(timeEntries, "created_at", { label: "Logged" }),
    optionalColumn(timeEntries, "updated_at", { label: "Changed" }),
  ],
  subtitle: async (ctx, rows) => totalText(ctx, await rows()),
  views: [
    { key: "all", label: "All time", query: "", is_counted: false },
    { key: "mine", label: "My time", query: "technician=me", permission: "time.write", is_counted: false },
    { key: "unbilled", label: "Unbilled time", query: "billing=not_billed&billable=yes" },
  ],
  filters,
  bulk: timeBulk,
  sort: "-date",
  href: (row) => `/time/${row.id}/edit`,
  actions: (ctx) =>
    can(ctx.actor, "time.write")
      ? [link(t("Timer"), "/timer", "play"), link(t("Log time"), "/time/new", "plus", "primary")]
      : [],
  empty: (ctx) =>
    empty(
      "clock",
      t("No time yet"),
      t("Log what was worked, with the timer or by hand; invoices are made from it."),
      can(ctx.actor, "time.write") ? link(t("Log time"), "/time/new", "plus", "primary") : null,
    ),
};

/** Adding up stops here: whoever looks at more than this wants a report. */
const mostAddedUp = 5000;

/**
 * The hours of everything that the list's filters let through, not of one page only: "12 h 30 min, 10 h of it billable". Of
 * very many entries no sum is shown, for it would have to read them all, each time that somebody looks at the list.
 */
async function totalText(ctx: Ctx, query: ListQuery<TimeRow>): Promise<string> {
  const some = query
    .clearSelect()
    .select(["time_entries.is_billable", "time_entries.duration_minutes"])
    .limit(mostAddedUp + 1);
  const { rows } = await sql<{
    is_billable: boolean;
    minutes: number | string | null;
    entries: number | string;
  }>`select is_billable, sum(duration_minutes) as minutes, count(*) as entries from (${some}) as summed group by is_billable`.execute(
    ctx.db,
  );
  if (rows.reduce((sum, { entries }) => sum + Number(entries), 0) > mostAddedUp)
    return t("More than {count} entries: narrow the list to see their hours", {
      count: numberFormat(ctx.tenant.locale).format(mostAddedUp),
    });
  const minutes = (one: { minutes: number | string | null } | undefined): number => Number(one?.minutes ?? 0);
  const billable = minutes(rows.find((row) => row.is_billable));
  const total = billable + minutes(rows.find((row) => !row.is_billable));
  if (total === 0) return "";
  return t("{total}, {billable} of it billable", { total: formatMinutes(total), billable: formatMinutes(billable) });
}
