import { maybeFind } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { Panel, PanelModel } from "../../platform/module.ts";
import type { TimelineSubject } from "../../platform/timeline.ts";
import { logOf } from "./log.ts";
import { alertsOf, entryModels, standingNotes } from "./models.ts";
import { timelinePage } from "./timeline/load.ts";

const few = 8;
const permission = "companies.read";

async function journalOf(ctx: Ctx, subject: TimelineSubject): Promise<PanelModel[]> {
  const column = subject.table === "companies" ? "company_id" : "contact_id";
  const { entries, next } = await timelinePage(ctx, subject, { kind: null, after: null, size: few });
  const pinned = await standingNotes(ctx, "is_pinned", { [column]: subject.id });
  const alerts = await alertsOf(ctx, { [column]: subject.id });
  return [
    ...alerts.map((alert): PanelModel => ({ kind: "alert", ...alert })),
    {
      kind: "journal",
      log: await logOf(ctx, subject),
      pinned,
      entries: entryModels(ctx, entries),
      more_url: next === null ? "" : `/${subject.table}/${subject.id}/activity`,
    },
  ];
}

/** What happened on the pages of clients, and the warnings about a client on its tickets. */
export const journalPanels: readonly Panel[] = [
  { page: "company", order: 5, permission, load: (ctx, { id }) => journalOf(ctx, { table: "companies", id }) },
  { page: "contact", order: 5, permission, load: (ctx, { id }) => journalOf(ctx, { table: "contacts", id }) },
  {
    page: "ticket",
    order: 5,
    permission,
    load: async (ctx, { id }) => {
      const ticket = await maybeFind(ctx, "tickets", id);
      if (ticket === undefined) return null;
      const { company_id, contact_id, site_id } = ticket;
      const alerts = await alertsOf(ctx, { company_id, contact_id, site_id });
      return alerts.map((alert): PanelModel => ({ kind: "alert", ...alert }));
    },
  },
];
