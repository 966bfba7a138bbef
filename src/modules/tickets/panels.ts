import { can } from "../../platform/access/actor.ts";
import { maybeFind, wholeShape } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";
import { empty, link } from "../../platform/http/pages/cells.ts";
import { tableModel } from "../../platform/http/lists/list.ts";
import type { Panel, PanelModel } from "../../platform/module.ts";
import type { SectionModel } from "../../platform/http/models/partials.ts";
import { t } from "../../platform/language/index.ts";
import { ticketColumns, ticketList } from "./lists.ts";
import { myWork, myWorkColumns } from "./pages/my-work.ts";
import { inState, ticketCounts, type TicketListRow, ticketRows } from "./queries.ts";

const few = 10;
const permission = "tickets.read";

function section(
  ctx: Ctx,
  given: Pick<SectionModel, "title" | "empty" | "more_url">,
  rows: readonly TicketListRow[],
  without: string,
): { kind: "section" } & SectionModel {
  const columns = ticketColumns.filter((column) => column.key !== without);
  return {
    kind: "section",
    id: "tickets",
    actions: [],
    table: tableModel(ctx, { ...ticketList, columns }, rows, "", null),
    more_label: t("All tickets"),
    ...given,
  };
}

/** The open tickets of a company. */
async function ofCompany(ctx: Ctx, { id }: { id: string }): Promise<PanelModel[]> {
  const shape = wholeShape(ctx, "open tickets of a company", "tickets");
  const rows = await runOnceBuilt(ctx, shape, { id }, (given) =>
    inState(ticketRows(ctx), "open")
      .where("tickets.company_id", "=", given.id)
      .orderBy("tickets.updated_at", "desc")
      .limit(few),
  );
  const none = empty("ticket", t("No open tickets"), t("Nothing of this company waits for anybody."));
  return [
    section(
      ctx,
      { title: t("Open tickets"), empty: none, more_url: `/tickets?view=all&company=${id}` },
      rows,
      "company",
    ),
  ];
}

/** A contact's latest tickets, open or not. */
async function ofContact(ctx: Ctx, { id }: { id: string }): Promise<PanelModel[]> {
  const rows = await ticketRows(ctx)
    .where("tickets.contact_id", "=", id)
    .orderBy("tickets.created_at", "desc")
    .limit(few)
    .execute();
  const none = empty("ticket", t("No tickets yet"), t("What this person reports or asks for appears here."));
  return [section(ctx, { title: t("Latest tickets"), empty: none, more_url: "" }, rows, "company")];
}

const newTicket = (query = ""): PanelModel => ({
  kind: "action",
  ...link(t("New ticket"), `/tickets/new${query}`, "ticket", "primary"),
});

/** What waits for me, and what waits for anybody. */
async function ofDashboard(ctx: Ctx): Promise<PanelModel[]> {
  const counts = await ticketCounts(ctx);
  // Who cannot be given a ticket has none, and no work of that kind.
  if (!can(ctx.actor, "tickets.write"))
    return [
      {
        kind: "stat",
        label: t("Open tickets"),
        value: String(counts.open),
        hint: t("{count, plural, =0 {None waits for others} one {# waits for others} other {# wait for others}}", {
          count: counts.waiting,
        }),
        tone: "",
        href: "/tickets",
        icon: "ticket",
      },
    ];
  const rows = await myWork(ctx, few);
  const none = empty(
    "check-circle",
    t("Nothing on your desk"),
    t("Take a ticket that nobody has yet."),
    link(t("Unassigned tickets"), "/tickets?view=unassigned", "inbox"),
  );
  return [
    {
      kind: "stat",
      label: t("My open tickets"),
      value: String(counts.mine),
      hint: t("Assigned to you"),
      tone: "",
      href: "/my-work",
      icon: "ticket",
    },
    {
      kind: "stat",
      label: t("Replies to you"),
      value: String(counts.replied),
      hint: counts.replied === 0 ? t("Nobody waits for your answer") : t("Of yours, waiting for an answer"),
      tone: counts.replied === 0 ? "" : "warning",
      href: "/my-work",
      icon: "message",
    },
    {
      kind: "stat",
      label: t("Unassigned"),
      value: String(counts.unassigned),
      hint: counts.unassigned === 0 ? t("All assigned") : t("Nobody assigned"),
      tone: counts.unassigned === 0 ? "" : "warning",
      href: "/tickets?view=unassigned",
      icon: "inbox",
    },
    {
      kind: "section",
      id: "my-work",
      title: t("My work"),
      actions: [],
      table: tableModel(ctx, { ...ticketList, columns: myWorkColumns }, rows, "", null),
      empty: none,
      more_url: rows.length === few ? "/my-work" : "",
      more_label: t("All of my work"),
    },
  ];
}

export const ticketPanels: readonly Panel[] = [
  { page: "company", order: 10, permission, load: ofCompany },
  {
    page: "company_head",
    order: 10,
    permission: "tickets.write",
    load: async (_, { id }) => newTicket(`?company_id=${id}`),
  },
  { page: "contact", order: 10, permission, load: ofContact },
  {
    page: "contact_head",
    order: 10,
    permission: "tickets.write",
    load: async (ctx, { id }) => {
      const contact = await maybeFind(ctx, "contacts", id);
      return newTicket(`?company_id=${contact?.company_id ?? ""}&contact_id=${id}`);
    },
  },
  { page: "dashboard", order: 20, permission, load: ofDashboard },
  {
    page: "dashboard",
    order: 90,
    permission: "tickets.write",
    load: async () => newTicket(),
  },
];
