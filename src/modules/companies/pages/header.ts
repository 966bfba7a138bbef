import type { Ctx } from "../../../platform/context.ts";
import type { RowOf } from "../../../platform/database/columns.ts";
import { words } from "../../../platform/http/pages/cells.ts";
import type { ActionLink, PageHeaderModel, TabModel } from "../../../platform/http/models/partials.ts";
import { t } from "../../../platform/language/index.ts";
import { ownTagChips } from "../../../platform/tags.ts";
import { companiesAbove } from "../hierarchy.ts";
import { statusTone } from "../lists/parts.ts";
import { contactName } from "../rules.ts";
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

export async function companyHeader(
  ctx: Ctx,
  company: RowOf<typeof companies>,
  actions: ActionLink[] = [],
): Promise<PageHeaderModel> {
  const [tags, above] = await Promise.all([ownTagChips(ctx, "companies", company.id), companiesAbove(ctx, company)]);
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
    actions,
  };
}

export async function contactHeader(
  ctx: Ctx,
  contact: RowOf<typeof contacts>,
  company: RowOf<typeof companies>,
  actions: ActionLink[] = [],
): Promise<PageHeaderModel> {
  const tags = await ownTagChips(ctx, "contacts", contact.id);
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
    actions,
  };
}

export function siteHeader(
  site: RowOf<typeof sites>,
  company: { id: string; name: string },
  actions: ActionLink[] = [],
): PageHeaderModel {
  return {
    title: site.name,
    subtitle: company.name,
    breadcrumbs: [companiesCrumb(), crumb(company)],
    badges: [
      ...(site.is_primary ? [{ text: t("Primary site"), tone: "info" }] : []),
      ...(site.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
    ],
    actions,
  };
}
