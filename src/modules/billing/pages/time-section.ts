import { reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { shownHours } from "../../../platform/decimal.ts";
import { cell, empty } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import type { InvoiceLineRow } from "../schema.ts";

interface Share {
  id: string;
  date: string;
  technician: string | null;
  ticket_number: string | null;
  title: string | null;
  notes: string;
  billed_minutes: number;
  billed_amount: number;
  currency: string;
}

/** The ticket and what was done, in one cell. */
function workOf(row: Share): string {
  const ticket = row.ticket_number === null ? "" : `#${row.ticket_number} ${row.title ?? ""}`.trim();
  return [ticket, row.notes].filter((part) => part !== "").join(": ") || t("Work without notes");
}

/** The time behind some lines, entry by entry, each with its part of the amount; null when there is none. */
export async function timeSection(ctx: Ctx, lines: readonly InvoiceLineRow[]): Promise<SectionModel | null> {
  const ids = lines.filter((line) => line.line_type === "time_entry").map((line) => line.id);
  if (ids.length === 0) return null;
  const rows: Share[] = await ctx.db
    .selectFrom("invoice_line_time_entries as links")
    .innerJoin("time_entries", "time_entries.id", "links.time_entry_id")
    .leftJoin("users", "users.id", "time_entries.user_id")
    // Of a ticket out of reach not even the number is said; the invoice itself says what the client gets to read.
    .leftJoin(
      reach(ctx, "tickets").select(["tickets.id", "tickets.ticket_number", "tickets.title"]).as("seen"),
      (join) => join.onRef("seen.id", "=", "time_entries.ticket_id"),
    )
    .select([
      "time_entries.id",
      "time_entries.date",
      "users.name as technician",
      "seen.ticket_number",
      "seen.title",
      "time_entries.notes",
      "links.billed_minutes",
      "links.billed_amount",
      "links.currency",
    ])
    .where("links.invoice_line_id", "in", ids)
    .orderBy("time_entries.date")
    .orderBy("time_entries.id")
    .execute();
  return {
    id: "time",
    title: t("Made from this time"),
    actions: [],
    table: tableModel<Share>(
      ctx,
      {
        title: t("Time"),
        table: "time_entries",
        href: (row) => `/time/${row.id}/edit`,
        columns: [
          { key: "work", label: t("Work"), cell: (row) => cell.text(workOf(row)) },
          { key: "date", label: t("Date"), cell: (row) => cell.date(row.date, ctx.tenant) },
          { key: "technician", label: t("Technician"), is_secondary: true, cell: (row) => cell.person(row.technician) },
          {
            key: "billed_minutes",
            label: t("Hours"),
            is_numeric: true,
            cell: (row) => cell.number(shownHours(row.billed_minutes)),
          },
          {
            key: "billed_amount",
            label: t("Amount"),
            is_numeric: true,
            cell: (row) => cell.money(row.billed_amount, row.currency, ctx.tenant),
          },
        ],
      },
      rows,
      "date",
      null,
    ),
    empty: empty("clock", t("No time"), t("This invoice bills no time.")),
    more_url: "",
    more_label: "",
  };
}
