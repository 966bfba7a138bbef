import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import type { Ctx } from "../../platform/context.ts";
import { customColumns, customFilters } from "../../platform/custom-fields/list.ts";
import { shownHours } from "../../platform/decimal.ts";
import { cell, empty, link } from "../../platform/http/cells.ts";
import type { List, ListFilter } from "../../platform/http/list.ts";
import { optionalColumn, optionalReference, tagsColumn } from "../../platform/http/lists/optional.ts";
import { optionsOf } from "../../platform/http/options.ts";
import type { ListModel } from "../../platform/http/view-models.ts";
import { isId, noId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { tagFilters } from "../../platform/tags.ts";
import { inView, minutesOn, ticketCounts, type TicketListRow, ticketRows, type View } from "./queries.ts";
import { isClientWaiting } from "./rules.ts";
import { ticketPriorities, tickets } from "./schema.ts";

const { columns } = tickets;

export const ticketColumns: List<TicketListRow>["columns"] = [
  // Numbers are counted up, so their order is that of opening; as texts they would sort 10001 before 9999.
  {
    key: "number",
    label: "Number",
    sort: { reference: "tickets.created_at", column: columns.created_at },
    cell: (row) => cell.link(`#${row.ticket_number}`, `/tickets/${row.id}`),
  },
  {
    key: "title",
    label: "Title",
    sort: { reference: "tickets.title", column: columns.title },
    cell: (row) => cell.strong(row.title, `/tickets/${row.id}`),
  },
  {
    key: "company",
    label: "Company",
    sort: { reference: "companies.name", column: columns.title },
    cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
  },
  { key: "status", label: "Status", cell: (row) => cell.badge(row.status, row.status_color) },
  {
    key: "priority",
    label: "Priority",
    sort: { reference: "priorities.sort_order", column: ticketPriorities.columns.sort_order },
    cell: (row) => cell.badge(row.priority_name, row.priority_color),
  },
  { key: "queue", label: "Queue", is_secondary: true, cell: (row) => cell.text(row.queue) },
  {
    key: "assignee",
    label: "Assigned to",
    is_secondary: true,
    cell: (row) => (row.assignee === null ? cell.muted(t("Nobody")) : cell.person(row.assignee)),
  },
  {
    key: "updated_at",
    label: "Changed",
    sort: { reference: "tickets.updated_at", column: columns.updated_at },
    cell: (row, ctx) => cell.instant(row.updated_at, ctx.tenant, ctx.app.clock.now()),
  },
  optionalColumn(tickets, "created_at", { label: "Opened" }),
  optionalReference(tickets, "contact_id", {
    name: ["first_name", "last_name"],
    href: (id) => `/contacts/${id}`,
  }),
  optionalReference(tickets, "site_id", { name: ["name"], href: (id) => `/sites/${id}/edit` }),
  optionalReference(tickets, "type_id", { name: ["name"] }),
  optionalReference(tickets, "category_id", { name: ["name"] }),
  optionalReference(tickets, "created_by_id", { key: "created_by", name: ["name"] }),
  optionalColumn(tickets, "source"),
  tagsColumn("tickets"),
  optionalColumn(tickets, "sla_due_date"),
  optionalColumn(tickets, "first_response_due", { label: "First answer due" }),
  optionalColumn(tickets, "first_response_at", { label: "First answer" }),
  optionalColumn(tickets, "last_client_reply_at", { label: "Client wrote" }),
  optionalColumn(tickets, "last_staff_reply_at", { label: "We wrote" }),
  optionalColumn(tickets, "scheduled_start", { label: "Planned from" }),
  optionalColumn(tickets, "scheduled_end", { label: "Planned until" }),
  optionalColumn(tickets, "estimated_hours", { label: "Estimated hours" }),
  {
    key: "actual_hours",
    label: "Hours logged",
    is_optional: true,
    is_secondary: true,
    is_numeric: true,
    permission: "time.read",
    cell: () => cell.nothing,
    cells: async (rows, ctx) => {
      const minutes = await minutesOn(
        ctx,
        rows.map(({ id }) => id),
      );
      return rows.map(({ id }) => (minutes.has(id) ? cell.number(shownHours(minutes.get(id) ?? 0)) : cell.nothing));
    },
  },
  optionalColumn(tickets, "is_billable"),
  optionalColumn(tickets, "billing_status", { label: "Billing" }),
  optionalColumn(tickets, "resolved_at", { label: "Resolved" }),
  optionalColumn(tickets, "closed_at", { label: "Closed" }),
];

function byColumn(
  name: string,
  label: string,
  table: Parameters<typeof optionsOf>[1],
  column: string,
): ListFilter<TicketListRow> {
  return {
    name,
    label,
    options: (ctx) => optionsOf(ctx, table),
    apply: (query, value) => query.where(sql.ref(`tickets.${column}`), "=", isId(value) ? value : noId),
  };
}

/** Me, nobody, or any person of the staff. */
const assigneeFilter: ListFilter<TicketListRow> = {
  name: "assignee",
  label: "Assigned to",
  options: async (ctx) => [
    { value: "me", label: t("Me") },
    { value: "none", label: t("Nobody") },
    ...(await optionsOf(ctx, "users", { where: { user_type: "staff" } })),
  ],
  apply: (query, value, ctx) =>
    value === "none"
      ? query.where("tickets.assigned_to_id", "is", null)
      : query.where("tickets.assigned_to_id", "=", value === "me" ? ctx.actor.user_id : isId(value) ? value : noId),
};

/** The list page for a view; everything else of its state is in the other parameters. */
export function ticketList(view: View): List<TicketListRow> {
  return {
    title: t("Tickets"),
    url: "/tickets",
    moreColumns: (ctx) => customColumns(ctx, "tickets"),
    moreFilters: async (ctx) => [
      ...(await customFilters<TicketListRow>(ctx, "tickets")),
      ...(await tagFilters<TicketListRow>(ctx, "tickets")),
    ],
    table: "tickets",
    view: "view",
    query: (ctx) => inView(ticketRows(ctx), view),
    columns: ticketColumns,
    filters: [
      byColumn("queue", "Queue", "ticket_queues", "queue_id"),
      byColumn("status", "Status", "ticket_statuses", "status_id"),
      byColumn("priority", "Priority", "ticket_priorities", "priority_id"),
      byColumn("type", "Type", "ticket_types", "type_id"),
      assigneeFilter,
      byColumn("company", "Company", "companies", "company_id"),
    ],
    search: t("Number, title, or what was written"),
    sort: "-updated_at",
    href: (row) => `/tickets/${row.id}`,
    isBold: isClientWaiting,
    actions: (ctx) =>
      can(ctx.actor, "tickets.write") ? [link(t("New ticket"), "/tickets/new", "plus", "primary")] : [],
    tabs: (ctx) => ticketTabs(ctx, view),
    empty: (ctx) => emptyViews[view](ctx),
  };
}

const newTicket = (ctx: Ctx): ReturnType<typeof link> | null =>
  can(ctx.actor, "tickets.write") ? link(t("New ticket"), "/tickets/new", "plus", "primary") : null;

const emptyViews: Record<View, (ctx: Ctx) => ReturnType<typeof empty>> = {
  open: (ctx) =>
    empty("ticket", t("No open tickets"), t("What clients report and ask for appears here."), newTicket(ctx)),
  unassigned: () => empty("check-circle", t("Everything has somebody"), t("No open ticket is without an assignee.")),
  waiting: () =>
    empty("clock", t("Nobody keeps us waiting"), t("Tickets that wait for a client or a vendor appear here.")),
  closed: () => empty("ticket", t("Nothing closed yet"), t("Tickets appear here when their status closes them.")),
  all: (ctx) =>
    empty("ticket", t("No tickets yet"), t("What clients report and ask for appears here."), newTicket(ctx)),
};

/** The tabs above the list and above My work, with how many tickets stand behind those that somebody has to look at. */
export async function ticketTabs(ctx: Ctx, current: View | "mine"): Promise<ListModel["tabs"]> {
  const counts = await ticketCounts(ctx);
  const tab = (name: View | "mine", label: string, href: string, count: number | null): ListModel["tabs"][number] => ({
    label,
    href,
    is_current: name === current,
    count: count === null ? "" : String(count),
  });
  return [
    tab("mine", t("My work"), "/my-work", counts.mine),
    tab("unassigned", t("Unassigned"), "/tickets?view=unassigned", counts.unassigned),
    tab("open", t("All open"), "/tickets", counts.open),
    tab("waiting", t("Waiting"), "/tickets?view=waiting", counts.waiting),
    tab("closed", t("Closed"), "/tickets?view=closed", null),
  ];
}
