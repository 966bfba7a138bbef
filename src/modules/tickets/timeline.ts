import { wholeShape } from "../../platform/access/reach.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { t } from "../../platform/language/index.ts";
import {
  beforeIn,
  timelineShape,
  timelineValues,
  type TimelineEntry,
  type TimelineSource,
} from "../../platform/timeline.ts";
import { ticketRows } from "./queries.ts";

/** Tickets of a company or a contact, by when they were opened. */
export const ticketTimeline: TimelineSource = {
  kind: "ticket",
  label: "Tickets",
  permission: "tickets.read",
  load: async (ctx, subject, range) => {
    const { table } = subject;
    const shape = wholeShape(ctx, timelineShape("tickets", table, range), "tickets");
    const rows = await runOnceBuilt(ctx, shape, timelineValues(subject, range), (given) =>
      ticketRows(ctx)
        .leftJoin("users as openers", "openers.id", "tickets.created_by_id")
        .select("openers.name as opener")
        .where(table === "companies" ? "tickets.company_id" : "tickets.contact_id", "=", given.id)
        .where(beforeIn("tickets.created_at", "tickets.id", given))
        .orderBy("tickets.created_at", "desc")
        .orderBy("tickets.id", "desc")
        .limit(range.limit),
    );
    return rows.map((row): TimelineEntry => ({
      id: row.id,
      kind: "ticket",
      at: row.number,
      actor_name: row["opener"] ?? ctx.tenant.name,
      text: t("Ticket #{number}: {title}", { number: row.ticket_number, title: row.title }),
      html: "",
      href: `/tickets/${row.id}`,
      icon: "ticket",
      badge: { text: row.status, tone: row.status_color },
    }));
  },
};
