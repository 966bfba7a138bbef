import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import { plus } from "../../../platform/clock.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { button, cell, empty, facts, formatBytes, link } from "../../../platform/http/pages/cells.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { type Answer, type Incoming, page, type Route } from "../../../platform/http/route.ts";
import type { ActionLink, SectionModel, StatModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { activateTenant, newSetupLink, tenantOf } from "../actions.ts";
import { claimsOf, domainsOf, makePrimary, removeDomain } from "../domains/actions.ts";
import { requestExport, requestRotation } from "../tasks/queue.ts";
import { measureNow, type Usage, usageOf } from "../usage.ts";
import { operatorButton } from "./form.ts";
import { stateCell } from "./list.ts";
import { logRows, taskRows, taskColumns, logColumns } from "./rows.ts";
import { section } from "./tables.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const home = (incoming: Incoming): string => `/tenants/${idOf(incoming)}`;

async function showTenant(ctx: Ctx, id: string): Promise<Answer> {
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
    stats: statsOf(ctx, days, row.staff_limit, row.storage_limit_mb),
    tabs: [],
    sections: [
      domainSection(id, domains, claims, isLive),
      usageSection(id, days),
      section({
        id: "tasks",
        title: t("Tasks"),
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
              [t("Its people are told"), cell.text(row.suspension_message)],
            ]),
          ]),
    ],
    notes: row.notes,
    attachments: [],
  };
  return page("records/show", row.name, model);
}

function actionsOf(id: string, isSuspended: boolean): ActionLink[] {
  const all = [
    link(t("Edit"), `/tenants/${id}/edit`, "pencil"),
    button(t("Export"), `/tenants/${id}/export`, "download"),
    button(
      t("New key"),
      `/tenants/${id}/rotate-key`,
      "key",
      "ghost",
      t("Make a new data key for this organization and seal everything with it anew?"),
    ),
    button(t("Setup link"), `/tenants/${id}/setup-link`, "link"),
  ];
  return isSuspended
    ? [
        ...all,
        link(t("Delete"), `/tenants/${id}/delete`, "trash", "danger"),
        button(t("Activate"), `/tenants/${id}/activate`, "check", "primary"),
      ]
    : [...all, link(t("Suspend"), `/tenants/${id}/suspend`, "stop", "danger")];
}

function statsOf(
  ctx: Ctx,
  days: readonly Usage[],
  staffLimit: number | null,
  storageLimit: number | null,
): StatModel[] {
  const [last] = days;
  const { format } = new Intl.NumberFormat(ctx.tenant.locale);
  const sum = (name: "request_count" | "mail_count" | "ticket_count"): number =>
    days.reduce((total, day) => total + day[name], 0);
  const stat = (label: string, value: string, hint = "", tone: StatModel["tone"] = ""): StatModel => ({
    label,
    value,
    hint,
    tone,
    href: "",
    icon: "",
  });
  const staff = last?.staff_count ?? 0;
  const storage = last?.storage_kb ?? 0;
  const isOver = (used: number, most: number | null): StatModel["tone"] =>
    most !== null && used >= most ? "warning" : "";
  return [
    stat(
      t("Staff"),
      last === undefined ? "–" : String(staff),
      last === undefined
        ? t("Not measured yet")
        : staffLimit === null
          ? ""
          : t("of {count} seats", { count: staffLimit }),
      isOver(staff, staffLimit),
    ),
    stat(
      t("Storage"),
      last === undefined ? "–" : formatBytes(storage * 1000),
      last === undefined
        ? t("Not measured yet")
        : storageLimit === null
          ? ""
          : t("of {size}", { size: formatBytes(storageLimit * 1_000_000) }),
      isOver(storage, storageLimit === null ? null : storageLimit * 1000),
    ),
    stat(t("API requests"), format(sum("request_count")), t("in 30 days")),
    stat(t("Tickets opened"), format(sum("ticket_count")), t("in 30 days")),
  ];
}

function domainSection(
  id: string,
  domains: Awaited<ReturnType<typeof domainsOf>>,
  claims: Awaited<ReturnType<typeof claimsOf>>,
  isLive: boolean,
): SectionModel {
  return section({
    id: "domains",
    title: t("Host names"),
    actions: isLive ? [link(t("Add host name"), `/tenants/${id}/domains/new`, "plus")] : [],
    columns: [{ label: t("Host name") }, { label: t("State") }, { label: "" }],
    rows: [
      ...domains.map(({ domain, is_primary }) => ({
        id: domain,
        href: is_primary || !isLive ? "" : `/tenants/${id}/domains/${domain}`,
        cells: [
          is_primary || !isLive ? cell.text(domain) : cell.strong(domain, `/tenants/${id}/domains/${domain}`),
          is_primary ? cell.badge(t("Primary"), "success") : cell.badge(t("Verified"), "info"),
          cell.muted(is_primary ? t("Links are made with it") : ""),
        ],
      })),
      ...claims.map(({ domain, last_problem }) => ({
        id: `claim-${domain}`,
        cells: [cell.text(domain), cell.badge(t("Not verified"), "warning"), cell.muted(last_problem)],
      })),
    ],
    empty: empty("globe", t("No host name"), t("Nobody can reach this organization.")),
  });
}

function usageSection(id: string, days: readonly Usage[]): SectionModel {
  return section({
    id: "usage",
    title: t("Usage by day"),
    actions: [link(t("CSV"), `/tenants/${id}/usage.csv`, "download")],
    columns: [
      { label: t("Day") },
      { label: t("Staff"), is_numeric: true },
      { label: t("Portal users"), is_numeric: true, is_secondary: true },
      { label: t("Tickets opened"), is_numeric: true },
      { label: t("Storage"), is_numeric: true, is_secondary: true },
      { label: t("API requests"), is_numeric: true },
      { label: t("Mails sent"), is_numeric: true, is_secondary: true },
    ],
    rows: days.slice(0, 14).map((day) => ({
      id: day.used_on,
      cells: [
        cell.text(day.used_on),
        cell.number(day.staff_count),
        cell.number(day.portal_user_count),
        cell.number(day.ticket_count),
        cell.number(formatBytes(day.storage_kb * 1000)),
        cell.number(day.request_count),
        cell.number(day.mail_count),
      ],
    })),
    empty: empty("chart", t("Nothing measured yet"), t("Each organization is measured every hour.")),
  });
}

async function showDomain(ctx: Ctx, id: string, domain: string): Promise<Answer> {
  const row = await find(ctx, "tenants", id);
  const known = (await domainsOf(ctx.db, id)).find((one) => one.domain === domain);
  const isPrimary = known?.is_primary === true;
  const at = `/tenants/${id}/domains/${domain}`;
  return page("records/show", domain, {
    header: {
      title: domain,
      subtitle: "",
      breadcrumbs: [
        { label: t("Organizations"), href: "/tenants" },
        { label: row.name, href: `/tenants/${id}` },
      ],
      badges: [{ text: isPrimary ? t("Primary") : t("Verified"), tone: isPrimary ? "success" : "info" }],
      actions:
        isPrimary || known === undefined
          ? []
          : [
              button(
                t("Remove"),
                `${at}/remove`,
                "trash",
                "danger",
                t("Whoever uses {domain} finds nobody there any more. Remove it?", { domain }),
              ),
              button(t("Make primary"), `${at}/primary`, "check", "primary"),
            ],
    },
    stats: [],
    tabs: [],
    sections: [],
    facts: [facts(t("Host name"), [[t("Added"), cell.instant(known?.created_at, ctx.tenant, ctx.app.clock.now())]])],
    notes: "",
    attachments: [],
  } satisfies RecordPageModel);
}

export const tenantPages: Route[] = [
  {
    method: "GET",
    path: "/tenants/:id",
    door: "operator",
    permission: platformPermission,
    isOutsideRead: true,
    handle: async (ctx, incoming) => {
      await measureNow(ctx.app, idOf(incoming));
      return reading(ctx, (reader) => showTenant(reader, idOf(incoming)));
    },
  },
  {
    method: "GET",
    path: "/tenants/:id/domains/:domain",
    door: "operator",
    permission: platformPermission,
    handle: (ctx, incoming) => showDomain(ctx, idOf(incoming), incoming.params["domain"] ?? ""),
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
  operatorButton("/tenants/:id/domains/:domain/remove", home, async (ctx, { id, domain }) => {
    await removeDomain(ctx, { id, domain });
    return t("The host name is removed.");
  }),
  operatorButton("/tenants/:id/domains/:domain/primary", home, async (ctx, { id, domain }) => {
    await makePrimary(ctx, { id, domain });
    return t("Links are made with {domain} now.", { domain: domain ?? "" });
  }),
  {
    method: "POST",
    path: "/tenants/:id/setup-link",
    door: "operator",
    permission: platformPermission,
    handle: async (ctx, incoming) => {
      const tenant = await tenantOf(ctx, idOf(incoming));
      return setupPage(tenant.name, home(incoming), await newSetupLink(ctx, idOf(incoming)));
    },
  },
];

/** The link that makes an organization's first administrator: shown once, to be passed on. */
export function setupPage(name: string, back: string, url: string | null): Answer {
  return page("tenants/link", name, {
    header: {
      title: name,
      subtitle: "",
      breadcrumbs: [{ label: t("Organizations"), href: "/tenants" }],
      badges: [],
      actions: [],
    },
    text:
      url === null
        ? t("This organization has an administrator already, who invites everybody else.")
        : t(
            "Whoever opens this link within 30 minutes becomes the first administrator. Pass it on; here it is shown only once.",
          ),
    label: t("Setup link"),
    url: url ?? "",
    next: { label: t("To the organization"), href: back },
  });
}
