import { can } from "../../../platform/access/actor.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { button, link, primaryLast, words } from "../../../platform/http/pages/cells.ts";
import { ofKind, panelsOf } from "../../../platform/http/pages/panels.ts";
import type { ActionLink, PageHeaderModel, TabModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import type { PanelModel } from "../../../platform/module.ts";
import { ownTagChips } from "../../../platform/tags.ts";
import { companiesAbove, companiesBelow } from "../hierarchy.ts";
import { statusTone } from "../lists/parts.ts";
import { contactName } from "../rules.ts";
import { recordButtons } from "./parts.ts";
import type { companies, contacts, sites } from "../schema.ts";

/** The pages of a client, which share their top: what it is, the way back, the tabs. */

type Subject = "companies" | "contacts" | "sites";

export function clientTabs(table: Subject, id: string, current: "overview" | "activity" | "notes"): TabModel[] {
  const at = `/${table}/${id}`;
  const tab = (name: typeof current, label: string, href: string): TabModel => ({
    label,
    href,
    is_current: name === current,
    count: "",
  });
  return [
    tab("overview", t("Overview"), at),
    ...(table === "sites" ? [] : [tab("activity", t("Activity"), `${at}/activity`)]),
    tab("notes", t("Notes and files"), `${at}/notes`),
  ];
}

const crumb = ({ id, name }: { id: string; name: string }): PageHeaderModel["breadcrumbs"][number] => ({
  label: name,
  is_own_words: true,
  href: `/companies/${id}`,
});
const companiesCrumb = (): { label: string; href: string } => ({ label: t("Companies"), href: "/companies" });

interface Offered {
  /** What other modules offer. */
  panels?: readonly PanelModel[];
  /** What can be changed about it by a button. */
  more?: readonly ActionLink[];
  /** How many companies are below it. */
  below?: number;
}

/** What can be done with a client, on each of its tabs: what is offered, changing it, and what becomes of it. */
function actionsOf(
  ctx: Ctx,
  table: Subject,
  record: { id: string; archived_at: string | null },
  name: string,
  { panels = [], more = [], below = 0 }: Offered = {},
): ActionLink[] {
  return primaryLast([
    ...ofKind(panels, "action"),
    ...(can(ctx.actor, "companies.write") ? [link(t("Edit"), `/${table}/${record.id}/edit`, "pencil"), ...more] : []),
    ...recordButtons(ctx, table, record, name, below),
  ]);
}

export async function companyHeader(ctx: Ctx, company: RowOf<typeof companies>): Promise<PageHeaderModel> {
  const { id } = company;
  const [tags, above, below, panels] = await Promise.all([
    ownTagChips(ctx, "companies", id),
    companiesAbove(ctx, company),
    companiesBelow(ctx, id),
    panelsOf(ctx, "company_head", { id }),
  ]);
  const isProspect = company.status === "prospect" || company.company_type === "prospect";
  const more = isProspect ? [button(t("Make it a client"), `/companies/${id}/convert`, "check")] : [];
  return {
    title: company.name,
    subtitle: company.industry ?? "",
    breadcrumbs: [companiesCrumb(), ...above.map(crumb)],
    badges: [
      { text: words(company.status), tone: statusTone(company.status) },
      { text: words(company.company_type), tone: "neutral" },
      ...(company.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
      ...tags,
    ],
    actions: actionsOf(ctx, "companies", company, company.name, { panels, more, below: below.length }),
  };
}

export async function contactHeader(
  ctx: Ctx,
  contact: RowOf<typeof contacts>,
  company: RowOf<typeof companies>,
): Promise<PageHeaderModel> {
  const [tags, panels] = await Promise.all([
    ownTagChips(ctx, "contacts", contact.id),
    panelsOf(ctx, "contact_head", { id: contact.id }),
  ]);
  return {
    title: contactName(contact),
    subtitle: [contact.title, company.name].filter(Boolean).join(" · "),
    breadcrumbs: [companiesCrumb(), crumb(company)],
    badges: [
      { text: words(contact.contact_type), tone: "neutral" },
      ...(company.default_billing_contact_id === contact.id ? [{ text: t("Gets the invoices"), tone: "info" }] : []),
      ...(company.default_technical_contact_id === contact.id ? [{ text: t("First to ask"), tone: "info" }] : []),
      ...(contact.is_portal_user ? [{ text: t("Portal user"), tone: "success" }] : []),
      ...(contact.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
      ...tags,
    ],
    actions: actionsOf(ctx, "contacts", contact, contactName(contact), { panels }),
  };
}

export function siteHeader(
  ctx: Ctx,
  site: RowOf<typeof sites>,
  company: { id: string; name: string },
): PageHeaderModel {
  return {
    title: site.name,
    subtitle: company.name,
    breadcrumbs: [companiesCrumb(), crumb(company)],
    badges: [
      ...(site.is_primary ? [{ text: t("Primary site"), tone: "info" }] : []),
      ...(site.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
    ],
    actions: actionsOf(ctx, "sites", site, site.name),
  };
}
