import { can } from "../../../platform/access/actor.ts";
import { find, maybeFind, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { customFacts } from "../../../platform/custom-fields/show.ts";
import { activityOf } from "../../../platform/http/activity.ts";
import {
  addressLine,
  button,
  cell,
  empty,
  facts,
  formatInstant,
  link,
  primaryLast,
  words,
} from "../../../platform/http/cells.ts";
import { buttonRoute } from "../../../platform/http/form-page.ts";
import { listAnswer, tableModel } from "../../../platform/http/list.ts";
import type { RecordPageModel } from "../../../platform/http/page-models.ts";
import { ofKind, panelsOf } from "../../../platform/http/panels.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { ActionLink, SectionModel } from "../../../platform/http/view-models.ts";
import { t } from "../../../platform/language/index.ts";
import { tagChips, tagsOf } from "../../../platform/tags.ts";
import {
  archiveCompany,
  archiveContact,
  archiveSite,
  deleteCompany,
  deleteContact,
  deleteSite,
  restoreCompany,
  restoreContact,
  restoreSite,
} from "../actions.ts";
import { companyList, contactList, siteColumns, type SiteRow, statusTone } from "../lists.ts";
import { contactName } from "../rules.ts";

const most = 25;

async function showCompany(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const company = await find(ctx, "companies", incoming.params["id"] ?? "");
  const { id } = company;
  const mayWrite = can(ctx.actor, "companies.write");
  const [tags = []] = await tagsOf(ctx, "companies", [id]);
  const parent =
    company.parent_company_id === null ? undefined : await maybeFind(ctx, "companies", company.parent_company_id);
  const manager =
    company.account_manager_id === null ? undefined : await maybeFind(ctx, "users", company.account_manager_id);
  const people = await contactList
    .query(ctx)
    .where("contacts.company_id", "=", id)
    .where("contacts.archived_at", "is", null)
    .orderBy("contacts.first_name")
    .limit(most)
    .execute();
  const places = (await reach(ctx, "sites")
    .selectAll()
    .where("company_id", "=", id)
    .where("archived_at", "is", null)
    .orderBy("name")
    .limit(most)
    .execute()) as unknown as SiteRow[];
  const panels = await panelsOf(ctx, "company", { id });
  const contactSection: SectionModel = {
    id: "contacts",
    title: t("Contacts"),
    actions: mayWrite ? [link(t("Add contact"), `/contacts/new?company_id=${id}`, "plus")] : [],
    table: tableModel(
      ctx,
      { ...contactList, columns: contactList.columns.filter((column) => column.key !== "company") },
      people,
      "first_name",
      null,
    ),
    empty: empty("users", t("No contacts yet"), t("Add the people who write tickets and receive invoices.")),
    more_url: people.length === most ? `/contacts?company=${id}` : "",
    more_label: t("All contacts"),
  };
  const siteSection: SectionModel = {
    id: "sites",
    title: t("Sites"),
    actions: mayWrite ? [link(t("Add site"), `/sites/new?company_id=${id}`, "plus")] : [],
    table: tableModel(ctx, siteColumns, places, "name", null),
    empty: empty("pin", t("No sites yet"), t("Sites are the places where this company is.")),
    more_url: "",
    more_label: "",
  };
  const model: RecordPageModel = {
    header: {
      title: company.name,
      subtitle: company.industry ?? "",
      breadcrumbs: [{ label: t("Companies"), href: "/companies" }],
      badges: [
        { text: words(company.status), tone: statusTone(company.status) },
        { text: words(company.company_type), tone: "neutral" },
        ...(company.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
        ...(await tagChips(ctx, tags)),
      ],
      actions: mayWrite
        ? primaryLast([
            ...ofKind(panels, "action"),
            link(t("Edit"), `/companies/${id}/edit`, "pencil"),
            ...archiveButtons("companies", id, company.archived_at, company.name),
          ])
        : [],
    },
    stats: ofKind(panels, "stat"),
    tabs: [],
    sections: [...ofKind(panels, "section"), contactSection, siteSection, await activityOf(ctx, "companies", id)],
    facts: [
      facts(t("Company"), [
        [t("Phone"), cell.tel(company.phone)],
        [
          t("Website"),
          company.website === null ? cell.nothing : cell.link(company.website, webAddress(company.website)),
        ],
        [t("Address"), cell.text(addressLine(company.address))],
        [t("Parent company"), parent === undefined ? cell.nothing : cell.link(parent.name, `/companies/${parent.id}`)],
        [t("Account manager"), cell.person(manager?.name)],
        [t("Added"), cell.text(formatInstant(company.created_at, ctx.tenant))],
      ]),
      facts(t("Billing"), [
        [t("Currency"), cell.text(company.currency)],
        [t("Payment terms"), cell.text(words(company.payment_terms))],
        [t("Tax ID"), cell.text(company.tax_id)],
        [t("Tax"), cell.text(company.is_tax_exempt ? t("Exempt") : t("Standard"))],
        [t("Billing address"), cell.text(addressLine(company.billing_address))],
      ]),
      ...(await customFacts(ctx, "companies", company.custom_fields)),
      ...ofKind(panels, "facts"),
    ],
    notes: company.notes ?? "",
    attachments: [],
  };
  return page("companies/show", company.name, model);
}

/** A link for what was typed as a website; anything but the web becomes no link at all. */
function webAddress(website: string): string {
  const text = /^[a-z][a-z0-9+.-]*:/i.test(website) ? website : `https://${website}`;
  return /^https?:\/\//i.test(text) ? text : "";
}

async function showContact(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const contact = await find(ctx, "contacts", incoming.params["id"] ?? "");
  const { id } = contact;
  const name = contactName(contact);
  const company = await find(ctx, "companies", contact.company_id);
  const site = contact.site_id === null ? undefined : await maybeFind(ctx, "sites", contact.site_id);
  const [tags = []] = await tagsOf(ctx, "contacts", [id]);
  const mayWrite = can(ctx.actor, "companies.write");
  const panels = await panelsOf(ctx, "contact", { id });
  const model: RecordPageModel = {
    header: {
      title: name,
      subtitle: [contact.title, company.name].filter(Boolean).join(" · "),
      breadcrumbs: [
        { label: t("Companies"), href: "/companies" },
        { label: company.name, href: `/companies/${company.id}` },
      ],
      badges: [
        { text: words(contact.contact_type), tone: "neutral" },
        ...(contact.is_portal_user ? [{ text: t("Portal user"), tone: "success" }] : []),
        ...(contact.archived_at === null ? [] : [{ text: t("Archived"), tone: "warning" }]),
        ...(await tagChips(ctx, tags)),
      ],
      actions: mayWrite
        ? primaryLast([
            ...ofKind(panels, "action"),
            link(t("Edit"), `/contacts/${id}/edit`, "pencil"),
            ...archiveButtons("contacts", id, contact.archived_at, name),
          ])
        : [],
    },
    stats: ofKind(panels, "stat"),
    tabs: [],
    sections: [...ofKind(panels, "section"), await activityOf(ctx, "contacts", id)],
    facts: [
      facts(t("Contact"), [
        [t("E-mail"), cell.mail(contact.email)],
        [t("Phone"), cell.tel(contact.phone)],
        [t("Mobile"), cell.tel(contact.mobile)],
        [t("Prefers"), cell.text(words(contact.preferred_contact_method))],
        [t("Company"), cell.link(company.name, `/companies/${company.id}`)],
        [t("Site"), cell.text(site?.name)],
        [t("Department"), cell.text(contact.department)],
        [t("Time zone"), cell.text(contact.timezone)],
      ]),
      ...(await customFacts(ctx, "contacts", contact.custom_fields)),
      ...ofKind(panels, "facts"),
    ],
    notes: contact.notes ?? "",
    attachments: [],
  };
  return page("contacts/show", name, model);
}

function archiveButtons(path: string, id: string, archivedAt: string | null, name: string): ActionLink[] {
  if (archivedAt === null)
    return [
      button(
        t("Archive"),
        `/${path}/${id}/archive`,
        "archive",
        "ghost",
        t("Archive {name}? It leaves the lists, and can be restored.", { name }),
      ),
    ];
  return [
    button(t("Restore"), `/${path}/${id}/restore`, "refresh", "ghost"),
    button(t("Delete"), `/${path}/${id}/delete`, "trash", "danger", t("Delete {name} for good?", { name })),
  ];
}

const at =
  (path: string) =>
  (incoming: Incoming): string =>
    `/${path}/${incoming.params["id"] ?? ""}`;

/** Lists and record pages of companies and contacts, and the buttons on them. */
export const recordPages: Route[] = [
  {
    method: "GET",
    path: "/companies",
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, companyList),
  },
  { method: "GET", path: "/companies/:id", door: "staff", permission: "companies.read", handle: showCompany },
  {
    method: "GET",
    path: "/contacts",
    door: "staff",
    permission: "companies.read",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, contactList),
  },
  { method: "GET", path: "/contacts/:id", door: "staff", permission: "companies.read", handle: showContact },
  buttonRoute("/companies/:id/archive", archiveCompany, (incoming) =>
    redirect(at("companies")(incoming), t("Company archived.")),
  ),
  buttonRoute("/companies/:id/restore", restoreCompany, (incoming) =>
    redirect(at("companies")(incoming), t("Company restored.")),
  ),
  buttonRoute(
    "/companies/:id/delete",
    deleteCompany,
    () => redirect("/companies", t("Company deleted.")),
    at("companies"),
  ),
  buttonRoute("/contacts/:id/archive", archiveContact, (incoming) =>
    redirect(at("contacts")(incoming), t("Contact archived.")),
  ),
  buttonRoute("/contacts/:id/restore", restoreContact, (incoming) =>
    redirect(at("contacts")(incoming), t("Contact restored.")),
  ),
  buttonRoute(
    "/contacts/:id/delete",
    deleteContact,
    () => redirect("/contacts", t("Contact deleted.")),
    at("contacts"),
  ),
  buttonRoute("/sites/:id/archive", archiveSite, (_, result) =>
    redirect(`/companies/${(result as { company_id: string }).company_id}`, t("Site archived.")),
  ),
  buttonRoute("/sites/:id/restore", restoreSite, (_, result) =>
    redirect(`/companies/${(result as { company_id: string }).company_id}`, t("Site restored.")),
  ),
  buttonRoute("/sites/:id/delete", deleteSite, () => redirect("/companies", t("Site deleted.")), at("sites")),
];
