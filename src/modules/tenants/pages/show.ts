import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import { plus } from "../../../platform/clock.ts";
import { type Ctx, reading, type Tenant } from "../../../platform/context.ts";
import { button, cell, empty, facts, link } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, type Route } from "../../../platform/http/route.ts";
import type { ActionLink, FactsModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { activateTenant, tenantOf, whyNoSetupLink } from "../actions.ts";
import { claimsOf, domainsOf } from "../domains/actions.ts";
import { requestExport, requestRotation } from "../tasks/queue.ts";
import { measureNow, usageOf } from "../usage.ts";
import { domainSection } from "./domains.ts";
import { operatorButton } from "./form.ts";
import { stateCell } from "./list.ts";
import { logRows, taskRows, taskColumns, logColumns } from "./rows.ts";
import { usageSection, usageStats } from "./usage.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const home = (incoming: Incoming): string => `/tenants/${idOf(incoming)}`;

async function showTenant(ctx: Ctx, id: string, setup: FactsModel): Promise<Answer> {
  const row = await find(ctx, "tenants", id);
  const now = ctx.app.clock.now();
  const [domains, claims, days, tasks, log] = [
    await domainsOf(ctx.db, id),
    await claimsOf(ctx.db, id),
    await usageOf(ctx.db, id, plus(now, -30 * 86_400_000).slice(0, 10), now.slice(0, 10)),
    await ctx.db
      .selectFrom("tenant_tasks")
      .selectAll()
      .where("about_tenant_id", "=", id)
      .orderBy("created_at", "desc")
      .limit(5)
      .execute(),
    await ctx.db
      .selectFrom("operator_log")
      .selectAll()
      .where("about_tenant_id", "=", id)
      .orderBy("timestamp", "desc")
      .limit(15)
      .execute(),
  ];
  const isLive = row.deleting_at === null;
  const state = stateCell(row);
  const limit = (value: number | null, unit = ""): ReturnType<typeof cell.text> =>
    value === null ? cell.muted(t("No limit")) : cell.text(`${value}${unit}`);
  const model: RecordPageModel = {
    header: {
      title: row.name,
      subtitle: "",
      breadcrumbs: [{ label: t("Organizations"), href: "/tenants" }],
      badges: [{ text: state.text, tone: state.tone }],
      actions: isLive ? actionsOf(id, row.suspended_at !== null) : [],
    },
    stats: usageStats(ctx, days, row.staff_limit, row.storage_limit_mb),
    tabs: [],
    sections: [
      domainSection(id, domains, claims, isLive),
      usageSection(ctx, id, days),
      section({
        id: "tasks",
        title: t("Tasks"),
        actions: isLive ? taskActions(id) : [],
        columns: taskColumns(),
        rows: taskRows(tasks, ctx),
        empty: empty("refresh", t("No task yet"), t("Exports, new keys and deletions appear here.")),
      }),
      section({
        id: "log",
        title: t("What operators did"),
        columns: logColumns(),
        rows: logRows(log, ctx),
        empty: empty("history", t("Nothing yet"), ""),
      }),
    ],
    facts: [
      facts(t("Organization"), [
        [t("Plan"), row.plan === null ? cell.nothing : cell.text(row.plan)],
        [t("Since"), cell.instant(row.created_at, ctx.tenant, now)],
        [t("Id"), cell.muted(row.id)],
      ]),
      ...(isLive ? [setup] : []),
      facts(t("Limits"), [
        [t("Staff seats"), limit(row.staff_limit)],
        [t("Storage"), limit(row.storage_limit_mb, " MB")],
        [t("API requests a minute"), limit(row.requests_per_minute ?? ctx.app.options.requestsPerMinute.tenant)],
      ]),
      ...(row.suspended_at === null
        ? []
        : [
            facts(t("Suspension"), [
              [t("Since"), cell.instant(row.suspended_at, ctx.tenant, now)],
              [t("Reason"), cell.text(row.suspension_reason)],
            ]),
          ]),
    ],
    // In the lines that it was written in, as its people read it.
    ...(row.suspended_at === null || (row.suspension_message ?? "") === ""
      ? {}
      : { body: { title: t("Its people are told"), text: row.suspension_message ?? "" } }),
    notes: row.notes,
    attachments: [],
  };
  return page("records/show", row.name, model);
}

/** What changes the organization itself. */
function actionsOf(id: string, isSuspended: boolean): ActionLink[] {
  const edit = link(t("Edit"), `/tenants/${id}/edit`, "pencil");
  return isSuspended
    ? [
        edit,
        link(t("Delete"), `/tenants/${id}/delete`, "trash", "danger"),
        button(t("Activate"), `/tenants/${id}/activate`, "check", "primary"),
      ]
    : [edit, link(t("Suspend"), `/tenants/${id}/suspend`, "stop", "danger")];
}

/** Long work, which stands under Tasks from then on. */
function taskActions(id: string): ActionLink[] {
  return [
    button(t("Export"), `/tenants/${id}/export`, "download"),
    button(
      t("New key"),
      `/tenants/${id}/rotate-key`,
      "key",
      "ghost",
      t("Make a new data key for this organization and seal everything with it anew?"),
    ),
  ];
}

/** Whether somebody runs the organization yet, and the link that makes the first who does, where it works. */
function setupFacts(tenant: Tenant): FactsModel {
  const why = whyNoSetupLink(tenant);
  return facts(
    t("Setup"),
    [
      [t("Administrator"), tenant.is_set_up ? cell.nothing : cell.badge(t("None yet"), "warning")],
      [t("Setup link"), cell.muted(why)],
    ],
    why === "" ? [button(t("Setup link"), `/tenants/${tenant.id}/setup-link`, "link")] : [],
  );
}

/** An organization's page, and its buttons. */
export const tenantPages: Route[] = [
  {
    method: "GET",
    path: "/tenants/:id",
    door: "operator",
    permission: platformPermission,
    isOutsideRead: true,
    handle: async (ctx, incoming) => {
      const { id } = await reading(ctx, (reader) => find(reader, "tenants", idOf(incoming)));
      await measureNow(ctx.app, id);
      const setup = setupFacts(await tenantOf(ctx, id));
      return reading(ctx, (reader) => showTenant(reader, id, setup));
    },
  },
  operatorButton("/tenants/:id/activate", home, async (ctx, { id }) => {
    await activateTenant(ctx, { id });
    return t("The organization goes on where it was.");
  }),
  operatorButton("/tenants/:id/export", home, async (ctx, { id }) => {
    await requestExport(ctx, { id });
    return t("The export is being made. It appears under Tasks.");
  }),
  operatorButton("/tenants/:id/rotate-key", home, async (ctx, { id }) => {
    await requestRotation(ctx, { id });
    return t("The new key is being made. It appears under Tasks.");
  }),
];
