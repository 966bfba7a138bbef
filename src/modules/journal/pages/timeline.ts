import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { empty } from "../../../platform/http/pages/cells.ts";
import { formFailure } from "../../../platform/http/forms/model.ts";
import { readInput } from "../../../platform/http/forms/page.ts";
import type { TimelinePageModel } from "../../../platform/http/models/clients.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { PageHeaderModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import type { TimelineSubject } from "../../../platform/timeline.ts";
import { clientTabs, companyHeader, contactHeader } from "../../companies/index.ts";
import { logInteraction } from "../actions.ts";
import { logOf } from "../log.ts";
import { alertsOf, entryModels } from "../models.ts";
import { sourcesFor, timelinePage } from "../timeline/load.ts";

const size = 40;

export async function headerOf(ctx: Ctx, { table, id }: TimelineSubject): Promise<PageHeaderModel> {
  if (table === "companies") return companyHeader(ctx, await find(ctx, "companies", id));
  const contact = await find(ctx, "contacts", id);
  return contactHeader(ctx, contact, await find(ctx, "companies", contact.company_id));
}

async function show(
  ctx: Ctx,
  incoming: Incoming,
  table: TimelineSubject["table"],
  typed: Record<string, unknown> = {},
  failure: Failure | null = null,
): Promise<Answer> {
  const subject = { table, id: incoming.params["id"] ?? "" };
  const header = await headerOf(ctx, subject);
  const parameters = incoming.url.searchParams;
  const sources = sourcesFor(ctx);
  const asked = parameters.get("kind");
  const kind = sources.some((source) => source.kind === asked) ? asked : null;
  const at = `/${table}/${subject.id}/activity`;
  const found = await timelinePage(ctx, subject, { kind, after: parameters.get("after"), size });
  const model: TimelinePageModel = {
    header,
    alerts: await alertsOf(ctx, { [table === "companies" ? "company_id" : "contact_id"]: subject.id }),
    tabs: clientTabs(table, subject.id, "activity"),
    filters: [
      { label: t("Everything"), href: at, is_current: kind === null, count: "" },
      ...sources.map((source) => ({
        label: t(source.label),
        href: `${at}?kind=${source.kind}`,
        is_current: source.kind === kind,
        count: "",
      })),
    ],
    log: await logOf(ctx, subject, typed, failure?.message ?? ""),
    entries: entryModels(ctx, found.entries),
    next_url:
      found.next === null
        ? ""
        : `${at}?${new URLSearchParams({ ...(kind === null ? {} : { kind }), after: found.next }).toString()}`,
    empty: empty("history", t("Nothing yet"), t("Calls, notes, tickets and changes appear here.")),
  };
  return page("journal/timeline", header.title, model, failure?.status ?? 200);
}

async function log(ctx: Ctx, incoming: Incoming, table: TimelineSubject["table"]): Promise<Answer> {
  const id = incoming.params["id"] ?? "";
  const { fields } = await incoming.form();
  await reading(ctx, (reader) => find(reader, table, id));
  try {
    const input = readInput(logInteraction.input, fields);
    await perform(ctx, logInteraction, { ...input, [table === "companies" ? "company_id" : "contact_id"]: id });
    return redirect(`/${table}/${id}#activity`, t("Written down."));
  } catch (error) {
    const failure = formFailure(error);
    return reading(ctx, (reader) => show(reader, incoming, table, fields, failure));
  }
}

export const timelinePages: Route[] = (["companies", "contacts"] as const).flatMap((table): Route[] => [
  {
    method: "GET",
    path: `/${table}/:id/activity`,
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => show(ctx, incoming, table),
  },
  {
    method: "POST",
    path: `/${table}/:id/interactions`,
    door: "staff",
    permission: "companies.write",
    handle: (ctx, incoming) => log(ctx, incoming, table),
  },
]);
