import { reach } from "../../platform/access/reach.ts";
import { cell, empty, link, words } from "../../platform/http/pages/cells.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { importBatches } from "./schema.ts";

/** Settings → Imports. */

interface BatchRow {
  id: string;
  file_name: string;
  import_target: string;
  import_status: string;
  created_at: string;
  person: string | null;
}

/** The colour of a batch's state. */
export const tones: Record<string, string> = {
  uploaded: "info",
  applying: "warning",
  applied: "success",
  undoing: "warning",
  undone: "neutral",
  failed: "error",
};

export const batchList: List<BatchRow> = {
  title: "Imports",
  subtitle: "Lists from other systems. Each import can be undone.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: "/imports",
  table: "import_batches",
  query: (ctx) =>
    reach(ctx, "import_batches")
      .leftJoin("users", "users.id", "import_batches.created_by_id")
      .select([
        "import_batches.id",
        "import_batches.file_name",
        "import_batches.import_target",
        "import_batches.import_status",
        "import_batches.created_at",
        "users.name as person",
      ]),
  columns: [
    { key: "file_name", label: "File", cell: (row) => cell.strong(row.file_name, `/imports/${row.id}`) },
    { key: "import_target", label: "Holds", cell: (row) => cell.text(words(row.import_target)) },
    {
      key: "import_status",
      label: "State",
      cell: (row) =>
        cell.badge(
          row.import_status === "uploaded" ? t("Not applied yet") : words(row.import_status),
          tones[row.import_status] ?? "neutral",
        ),
    },
    { key: "person", label: "By", is_secondary: true, cell: (row) => cell.person(row.person) },
    {
      key: "created_at",
      label: "When",
      sort: { reference: "import_batches.created_at", column: importBatches.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  sort: "-created_at",
  href: (row) => `/imports/${row.id}`,
  actions: () => [link(t("New import"), "/imports/new", "upload", "primary")],
  empty: () =>
    empty(
      "upload",
      t("Nothing imported yet"),
      t("Bring your clients and their people in with a CSV export of ITFlow, Syncro or a spreadsheet."),
      link(t("New import"), "/imports/new", "upload", "primary"),
    ),
};
