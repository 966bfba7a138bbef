import { reach } from "../../platform/access/reach.ts";
import { button, cell, empty, formatBytes, words } from "../../platform/http/pages/cells.ts";
import { buttonRoute } from "../../platform/http/forms/page.ts";
import { type List, listAnswer } from "../../platform/http/lists/list.ts";
import { redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { exportEverything } from "./actions.ts";
import { download } from "./download.ts";
import { dataExports } from "./schema.ts";

const permission = "data.export";
const url = "/settings/exports";

interface Row {
  id: string;
  export_status: string;
  done_count: number;
  total_count: number;
  result_kb: number;
  created_at: string;
  expires_at: string | null;
  person: string | null;
}

const tones: Record<string, string> = { waiting: "info", building: "info", ready: "success", failed: "error" };

const list: List<Row> = {
  title: "Export of everything",
  subtitle: "One archive with a CSV file for each kind of record, all tables, all files and a manifest.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url,
  table: "data_exports",
  query: (ctx) =>
    reach(ctx, "data_exports")
      .leftJoin("users", "users.id", "data_exports.created_by_id")
      .select([
        "data_exports.id",
        "data_exports.export_status",
        "data_exports.done_count",
        "data_exports.total_count",
        "data_exports.result_kb",
        "data_exports.created_at",
        "data_exports.expires_at",
        "users.name as person",
      ]),
  columns: [
    {
      key: "created_at",
      label: "Asked for",
      sort: { reference: "data_exports.created_at", column: dataExports.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "export_status",
      label: "State",
      cell: (row) => cell.badge(words(row.export_status), tones[row.export_status] ?? "neutral"),
    },
    {
      key: "result",
      label: "Archive",
      is_main: true,
      cell: (row) => {
        if (row.export_status === "ready")
          return cell.link(
            t("Download {size}", { size: formatBytes(row.result_kb * 1000) }),
            `${url}/${row.id}/download`,
          );
        if (row.export_status !== "building") return cell.text("");
        return cell.text(t("{done} of {total}", { done: row.done_count, total: row.total_count }));
      },
    },
    {
      key: "expires_at",
      label: "Kept until",
      is_secondary: true,
      cell: (row, ctx) =>
        row.expires_at === null ? cell.text("") : cell.instant(row.expires_at, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "person", label: "By", is_secondary: true, cell: (row) => cell.person(row.person) },
  ],
  sort: "-created_at",
  href: () => "",
  actions: () => [button(t("Export everything"), url, "download", "primary")],
  empty: () =>
    empty(
      "download",
      t("Nothing exported yet"),
      t("Take all of the organization's data with you: records as CSV that imports again, tables, and files."),
      button(t("Export everything"), url, "download", "primary"),
    ),
};

export const exportPages: Route[] = [
  {
    method: "GET",
    path: url,
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, list),
  },
  buttonRoute(
    url,
    exportEverything,
    () => redirect(url, t("The archive is being built. It can be downloaded here for seven days.")),
    () => url,
  ),
  {
    method: "GET",
    path: `${url}/:id/download`,
    door: "staff",
    permission,
    isOutsideRead: true,
    handle: (ctx, { params }) => download(ctx, params["id"] ?? ""),
  },
  {
    method: "GET",
    path: "/api/v1/data-exports/:id/content",
    door: "api",
    permission,
    isOutsideRead: true,
    doc: { summary: "A finished export, as .tar.zst.", answer: { media: "application/zstd" } },
    handle: (ctx, { params }) => download(ctx, params["id"] ?? ""),
  },
];
