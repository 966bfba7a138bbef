import { teamsOf } from "../../platform/access/teams.ts";
import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import type { Ctx } from "../../platform/context.ts";
import { customColumns, customFilters } from "../../platform/custom-fields/list.ts";
import { minutesOf } from "../../platform/decimal.ts";
import { cell, empty, link } from "../../platform/http/pages/cells.ts";
import type { List, ListFilter } from "../../platform/http/lists/list.ts";
import { optionalColumn, optionalReference, tagsColumn } from "../../platform/http/lists/optional.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { periodFilter } from "../../platform/http/lists/kinds.ts";
import type { EmptyModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { idOrNone, noId } from "../../platform/ids.ts";
import { tagFilters } from "../../platform/tags.ts";
import { ticketBulk } from "./bulk.ts";
import { inState, minutesOn, ticketCounts, type TicketListRow, ticketRows } from "./queries.ts";
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
    sort: {
      reference: "priorities.sort_order",
      column: ticketPriorities.columns.sort_order,
      few: { table: "ticket_priorities", reference: "tickets.priority_id", column: "sort_order" },
    },
    cell: (row) => cell.badge(row.priority_name, row.priority_color),
  },
  { key: "queue", label: "Queue", is_secondary: true, cell: (row) => cell.text(row.queue) },
  {
    key: "assignee",
    label: "Assigned to",
    cell: (row) => (row.assignee === null ? cell.muted(t("Unassigned")) : cell.person(row.assignee)),
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
  optionalReference(tickets, "team_id", { name: ["name"] }),
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
  optionalColumn<TicketListRow & { estimated_hours?: string | null }>(tickets, "estimated_hours", {
    label: "Time estimated",
    cell: ({ estimated_hours: hours }) => cell.duration(hours == null ? null : minutesOf(hours)),
  }),
  {
    key: "actual_hours",
    label: "Time logged",
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
      return rows.map(({ id }) => cell.duration(minutes.get(id)));
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
    is_multiple: true,
    options: (ctx) => optionsOf(ctx, table),
    apply: (query, _value, _ctx, values) => query.where(sql.ref(`tickets.${column}`), "in", idsOf(values)),
  };
}

/** An address typed by hand may hold anything; what is no id finds nothing. */
function idsOf(values: readonly string[]): string[] {
  return values.map(idOrNone);
}

/** Me, nobody, or people of the staff. */
const assigneeFilter: ListFilter<TicketListRow> = {
  name: "assignee",
  label: "Assigned to",
  is_multiple: true,
  options: async (ctx) => [
    { value: "me", label: t("Me") },
    { value: "none", label: t("Nobody") },
    ...(await optionsOf(ctx, "users", { where: { user_type: "staff" } })),
  ],
  apply: (query, _value, ctx, values) => {
    const ids = idsOf(
      values.filter((one) => one !== "none").map((one) => (one === "me" ? (ctx.actor.user_id ?? noId) : one)),
    );
    return query.where((eb) =>
      eb.or([
        ...(values.includes("none") ? [eb("tickets.assigned_to_id", "is", null)] : []),
        ...(ids.length > 0 ? [eb("tickets.assigned_to_id", "in", ids)] : []),
      ]),
    );
  },
};

/** My teams, none, or any team. */
const teamFilter: ListFilter<TicketListRow> = {
  name: "team",
  label: "Team",
  is_multiple: true,
  options: async (ctx) => [
    { value: "mine", label: t("My teams") },
    { value: "none", label: t("None") },
    ...(await optionsOf(ctx, "teams")),
  ],
  apply: (query, _value, ctx, values) => {
    const ids = idsOf(values.filter((one) => one !== "mine" && one !== "none"));
    return query.where((eb) =>
      eb.or([
        ...(values.includes("mine") ? [eb("tickets.team_id", "in", teamsOf(ctx))] : []),
        ...(values.includes("none") ? [eb("tickets.team_id", "is", null)] : []),
        ...(ids.length > 0 ? [eb("tickets.team_id", "in", ids)] : []),
      ]),
    );
  },
};

const newTicket = (ctx: Ctx): ReturnType<typeof link> | null =>
  can(ctx.actor, "tickets.write") ? link(t("New ticket"), "/tickets/new", "plus", "primary") : null;

const noTickets = (ctx: Ctx): EmptyModel =>
  empty("ticket", t("No tickets yet"), t("What clients report and ask for appears here."), newTicket(ctx));

const emptyViews: Record<string, (ctx: Ctx) => EmptyModel> = {
  open: (ctx) =>
    empty("ticket", t("No open tickets"), t("What clients report and ask for appears here."), newTicket(ctx)),
  unassigned: () => empty("check-circle", t("Everything has somebody"), t("No open ticket is without an assignee.")),
  replied: () =>
    empty("check-circle", t("Everybody has an answer"), t("Tickets on which the client wrote last appear here.")),
  waiting: () =>
    empty("clock", t("Nobody keeps us waiting"), t("Tickets that wait for a client or a vendor appear here.")),
  closed: () => empty("ticket", t("Nothing closed yet"), t("Tickets appear here when their status closes them.")),
};

/** The list page of tickets. */
export const ticketList: List<TicketListRow> = {
  title: "Tickets",
  url: "/tickets",
  live: "tickets",
  moreColumns: (ctx) => customColumns(ctx, "tickets"),
  moreFilters: async (ctx) => [
    ...(await customFilters<TicketListRow>(ctx, "tickets")),
    ...(await tagFilters<TicketListRow>(ctx, "tickets")),
  ],
  table: "tickets",
  query: ticketRows,
  columns: ticketColumns,
  views: [
    {
      key: "mine",
      label: "My work",
      query: "",
      href: "/my-work",
      count: async (ctx) => (await ticketCounts(ctx)).mine,
    },
    { key: "unassigned", label: "Unassigned", query: "state=open&assignee=none" },
    { key: "open", label: "All open", query: "state=open", is_usual: true },
    { key: "replied", label: "Client replied", query: "state=replied" },
    { key: "waiting", label: "Waiting", query: "state=waiting" },
    { key: "closed", label: "Closed", query: "state=closed", is_counted: false },
    { key: "all", label: "All tickets", query: "", is_tab: false, is_counted: false },
  ],
  filters: [
    {
      name: "state",
      label: "Ticket state",
      options: () => [
        { value: "open", label: t("Open") },
        { value: "replied", label: t("Client replied") },
        { value: "waiting", label: t("Waiting") },
        { value: "closed", label: t("Closed") },
      ],
      apply: (query, value) => inState(query, value),
    },
    byColumn("queue", "Queue", "ticket_queues", "queue_id"),
    byColumn("status", "Status", "ticket_statuses", "status_id"),
    byColumn("priority", "Priority", "ticket_priorities", "priority_id"),
    byColumn("type", "Type", "ticket_types", "type_id"),
    assigneeFilter,
    teamFilter,
    // One only: as boxes the choices of a large organization would outweigh the page.
    {
      name: "company",
      label: "Company",
      options: (ctx) => optionsOf(ctx, "companies"),
      apply: (query, value) => query.where("tickets.company_id", "=", idOrNone(value)),
    },
    periodFilter("opened", "Opened", "tickets.created_at", "instant"),
  ],
  bulk: ticketBulk,
  search: "Search tickets",
  sort: "-updated_at",
  href: (row) => `/tickets/${row.id}`,
  isBold: isClientWaiting,
  actions: (ctx) => (can(ctx.actor, "tickets.write") ? [link(t("New ticket"), "/tickets/new", "plus", "primary")] : []),
  empty: (ctx, view) => (emptyViews[view] ?? noTickets)(ctx),
};
