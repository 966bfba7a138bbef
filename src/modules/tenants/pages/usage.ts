import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import { writeCsv } from "../../../platform/csv/write.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { cell, empty, formatBytes, link } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import type { SectionModel, StatModel } from "../../../platform/http/models/partials.ts";
import { type Answer, page, response, type Route } from "../../../platform/http/route.ts";
import { dateFormat } from "../../../platform/language/formats.ts";
import { t } from "../../../platform/language/index.ts";
import {
  measureAll,
  measureNow,
  type MonthOfTenant,
  type Usage,
  usageColumns,
  usageOf,
  usageOfMonth,
} from "../usage.ts";
import { stateCell } from "./list.ts";

/** A month `YYYY-MM` from the address, the present one unless it is a right one. */
function monthOf(ctx: Ctx, url: URL): string {
  const given = url.searchParams.get("month") ?? "";
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(given) ? given : ctx.app.clock.now().slice(0, 7);
}

/** A month in words: "November 2026". */
function monthInWords(ctx: Ctx, month: string): string {
  const format = dateFormat(ctx.tenant.locale, { month: "long", year: "numeric", timeZone: "UTC" });
  return format.format(new Date(`${month}-01T00:00:00Z`));
}

function besides(month: string, months: number): string {
  return Temporal.PlainYearMonth.from(month).add({ months }).toString();
}

/** A month of all organizations, the present one with the day so far. */
async function monthNow(ctx: Ctx, month: string): Promise<MonthOfTenant[]> {
  if (month === ctx.app.clock.now().slice(0, 7)) await measureAll(ctx.app);
  return reading(ctx, ({ db }) => usageOfMonth(db, month));
}

async function showUsage(ctx: Ctx, url: URL): Promise<Answer> {
  const month = monthOf(ctx, url);
  const rows = await monthNow(ctx, month);
  return page("records/show", t("Usage"), {
    header: {
      title: t("Usage"),
      subtitle: t("{month}, in UTC. Staff, portal users and storage are the most of the month; the rest is its sum.", {
        month: monthInWords(ctx, month),
      }),
      breadcrumbs: [],
      badges: [],
      actions: [
        link(t("Month before"), `/usage?month=${besides(month, -1)}`, "chevron-left"),
        ...(month < ctx.app.clock.now().slice(0, 7)
          ? [link(t("Month after"), `/usage?month=${besides(month, 1)}`, "chevron-right")]
          : []),
        link(t("CSV"), `/usage.csv?month=${month}`, "download"),
      ],
    },
    stats: [],
    tabs: [],
    sections: [
      section({
        id: "usage",
        title: monthInWords(ctx, month),
        columns: [
          { label: t("Organization") },
          { label: t("State"), is_secondary: true },
          { label: t("Staff"), is_numeric: true },
          { label: t("Portal users"), is_numeric: true, is_secondary: true },
          { label: t("Tickets opened"), is_numeric: true, is_secondary: true },
          { label: t("Storage"), is_numeric: true },
          { label: t("API requests"), is_numeric: true },
          { label: t("Mails sent"), is_numeric: true, is_secondary: true },
        ],
        rows: rows.map((row) => ({
          id: row.id,
          href: `/tenants/${row.id}`,
          cells: [
            cell.strong(row.name, `/tenants/${row.id}`),
            stateCell({ ...row, deleting_at: null }),
            cell.number(row.staff_count),
            cell.number(row.portal_user_count),
            cell.number(row.ticket_count),
            cell.number(formatBytes(row.storage_kb * 1000)),
            cell.number(row.request_count),
            cell.number(row.mail_count),
          ],
        })),
        empty: empty("chart", t("No organization yet"), ""),
      }),
    ],
    facts: [],
    notes: "",
    attachments: [],
  });
}

function csv(name: string, columns: readonly string[], rows: readonly object[]): Answer {
  const lines = rows.map((row) => columns.map((column) => String((row as Record<string, unknown>)[column] ?? "")));
  return response(
    new Response(writeCsv([...columns], lines), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${name}.csv"`,
        "cache-control": "private, no-store",
      },
    }),
  );
}

/** The figures at the top of an organization's page: what its latest day (the first of `days`) says, and sums of all of them. */
export function usageStats(
  ctx: Ctx,
  days: readonly Usage[],
  staffLimit: number | null,
  storageLimit: number | null,
): StatModel[] {
  const [last] = days;
  const { format } = new Intl.NumberFormat(ctx.tenant.locale);
  const sum = (name: "request_count" | "mail_count" | "ticket_count"): number =>
    days.reduce((total, day) => total + day[name], 0);
  const stat = (label: string, value: string, hint = "", tone: StatModel["tone"] = ""): StatModel => ({
    label,
    value,
    hint,
    tone,
    href: "",
    icon: "",
  });
  const staff = last?.staff_count ?? 0;
  const storage = last?.storage_kb ?? 0;
  const isOver = (used: number, most: number | null): StatModel["tone"] =>
    most !== null && used >= most ? "warning" : "";
  return [
    stat(
      t("Staff"),
      last === undefined ? "–" : String(staff),
      last === undefined
        ? t("Not measured yet")
        : staffLimit === null
          ? ""
          : t("of {count} seats", { count: staffLimit }),
      isOver(staff, staffLimit),
    ),
    stat(
      t("Storage"),
      last === undefined ? "–" : formatBytes(storage * 1000),
      last === undefined
        ? t("Not measured yet")
        : storageLimit === null
          ? ""
          : t("of {size}", { size: formatBytes(storageLimit * 1_000_000) }),
      isOver(storage, storageLimit === null ? null : storageLimit * 1000),
    ),
    stat(t("API requests"), format(sum("request_count")), t("in 30 days")),
    stat(t("Tickets opened"), format(sum("ticket_count")), t("in 30 days")),
  ];
}

/** An organization's latest days. */
export function usageSection(ctx: Ctx, id: string, days: readonly Usage[]): SectionModel {
  return section({
    id: "usage",
    title: t("Usage by day"),
    actions: [link(t("CSV"), `/tenants/${id}/usage.csv`, "download")],
    columns: [
      { label: t("Day") },
      { label: t("Staff"), is_numeric: true },
      { label: t("Portal users"), is_numeric: true, is_secondary: true },
      { label: t("Tickets opened"), is_numeric: true },
      { label: t("Storage"), is_numeric: true, is_secondary: true },
      { label: t("API requests"), is_numeric: true },
      { label: t("Mails sent"), is_numeric: true, is_secondary: true },
    ],
    rows: days.slice(0, 14).map((day) => ({
      id: day.used_on,
      cells: [
        cell.date(day.used_on, ctx.tenant),
        cell.number(day.staff_count),
        cell.number(day.portal_user_count),
        cell.number(day.ticket_count),
        cell.number(formatBytes(day.storage_kb * 1000)),
        cell.number(day.request_count),
        cell.number(day.mail_count),
      ],
    })),
    empty: empty("chart", t("Nothing measured yet"), t("Each organization is measured every hour.")),
  });
}

export const usagePages: Route[] = [
  {
    method: "GET",
    path: "/usage",
    door: "operator",
    permission: platformPermission,
    isOutsideRead: true,
    handle: (ctx, { url }) => showUsage(ctx, url),
  },
  {
    method: "GET",
    path: "/usage.csv",
    door: "operator",
    permission: platformPermission,
    isOutsideRead: true,
    handle: async (ctx, { url }) => {
      const month = monthOf(ctx, url);
      const columns = ["id", "name", "plan", ...usageColumns.filter((column) => column !== "used_on")];
      return csv(`usage-${month}`, columns, await monthNow(ctx, month));
    },
  },
  {
    method: "GET",
    path: "/tenants/:id/usage.csv",
    door: "operator",
    permission: platformPermission,
    isOutsideRead: true,
    handle: async (ctx, { params }) => {
      const row = await reading(ctx, (reader) => find(reader, "tenants", params["id"] ?? ""));
      await measureNow(ctx.app, row.id);
      const days = await reading(ctx, ({ db }) => usageOf(db, row.id, "2000-01-01", "9999-12-31"));
      return csv(`usage-${row.id}`, usageColumns, days);
    },
  },
];
