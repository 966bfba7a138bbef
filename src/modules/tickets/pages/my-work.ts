import { sql } from "kysely";
import type { Ctx } from "../../../platform/context.ts";
import { empty, link } from "../../../platform/http/pages/cells.ts";
import { tableModel } from "../../../platform/http/lists/list.ts";
import { savedViews, viewTabs } from "../../../platform/http/lists/views.ts";
import type { ListModel } from "../../../platform/http/models/lists.ts";
import { type Answer, page } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { ticketColumns, ticketList } from "../lists.ts";
import { clientIsWaiting, inState, type TicketListRow, ticketRows } from "../queries.ts";

/** More than anybody can have on the desk at once; beyond it the list of tickets has pages. */
const most = 200;

/** My open tickets in the order to take them: where the client waits for an answer, then by priority, then the oldest. */
export function myWork(ctx: Ctx, limit: number): Promise<TicketListRow[]> {
  return inState(ticketRows(ctx), "open")
    .where("tickets.assigned_to_id", "=", ctx.actor.user_id)
    .orderBy(sql`case when ${clientIsWaiting} then 0 else 1 end`)
    .orderBy("priorities.sort_order")
    .orderBy("tickets.created_at")
    .orderBy("tickets.id")
    .limit(limit)
    .execute();
}

export const myWorkColumns = ticketColumns.filter((column) => column.key !== "assignee");

export async function myWorkPage(ctx: Ctx): Promise<Answer> {
  const rows = await myWork(ctx, most);
  const saved = await savedViews(ctx, ticketList.url);
  const model: ListModel = {
    title: t("My work"),
    subtitle: t("Where the client waits first, then by priority and age."),
    actions: ticketList.actions?.(ctx) ?? [],
    url: "/my-work",
    search: null,
    tabs: viewTabs(ctx, ticketList, saved, "mine"),
    counts_url: "/lists/counts?list=%2Ftickets&view=mine",
    filters: [],
    has_filters: false,
    clear_url: "/my-work",
    keep: [],
    table: tableModel(ctx, { ...ticketList, columns: myWorkColumns }, rows, "", null),
    next_url: rows.length === most ? "/tickets?assignee=me" : "",
    first_url: "",
    empty: empty(
      "check-circle",
      t("Nothing on your desk"),
      t("Take a ticket that nobody has yet."),
      link(t("Unassigned tickets"), "/tickets?view=unassigned", "inbox"),
    ),
  };
  return page("lists/index", t("My work"), model);
}
