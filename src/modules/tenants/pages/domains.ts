import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import type { SectionModel } from "../../../platform/http/models/partials.ts";
import { button, cell, empty, facts, link } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import { type Answer, type Incoming, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { type claimsOf, domainsOf, makePrimary, removeDomain } from "../domains/actions.ts";
import { operatorButton } from "./form.ts";

/** The host names of an organization, as operators see them. */

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const home = (incoming: Incoming): string => `/tenants/${idOf(incoming)}`;

/** What an organization's page shows of them; once it is being deleted (`isLive` false) nothing leads on from there. */
export function domainSection(
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
        { label: row.name, is_own_words: true, href: `/tenants/${id}` },
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

/** The page of one of them, and its buttons. */
export const tenantDomainPages: Route[] = [
  {
    method: "GET",
    path: "/tenants/:id/domains/:domain",
    door: "operator",
    permission: platformPermission,
    handle: (ctx, incoming) => showDomain(ctx, idOf(incoming), incoming.params["domain"] ?? ""),
  },
  operatorButton("/tenants/:id/domains/:domain/remove", home, async (ctx, { id, domain }) => {
    await removeDomain(ctx, { id, domain });
    return t("The host name is removed.");
  }),
  operatorButton("/tenants/:id/domains/:domain/primary", home, async (ctx, { id, domain }) => {
    await makePrimary(ctx, { id, domain });
    return t("Links are made with {domain} now.", { domain: domain ?? "" });
  }),
];
