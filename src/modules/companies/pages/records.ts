import { can } from "../../../platform/access/actor.ts";
import { find, maybeFind, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { customFacts } from "../../../platform/custom-fields/show.ts";
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
import {
  archiveCompany,
  archiveContact,
  archiveSite,
  convertCompany,
  deleteCompany,
  deleteContact,
  deleteSite,
  restoreCompany,
  restoreContact,
  restoreSite,
} from "../actions.ts";
import { companiesBelow } from "../hierarchy.ts";
import { companyList, contactList, siteColumns, type SiteRow } from "../lists.ts";
import { contactName } from "../rules.ts";
import { belowSection, defaultContacts } from "./parts.ts";
import { clientTabs, companyHeader, contactHeader, siteHeader } from "./header.ts";

const most = 25;

async function showCompany(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const company = await find(ctx, "companies", incoming.params["id"] ?? "");
  const { id } = company;
  if (company.merged_into_id !== null)
    return redirect(
      `/companies/${company.merged_into_id}`,
      t("{name} was merged into this company.", { name: company.name }),
      "info",
    );
  const mayWrite = can(ctx.actor, "companies.write");
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
  const below = await companiesBelow(ctx, id);
  const defaults = await defaultContacts(ctx, company);
  const contactSection: SectionModel = {
    id: "contacts",
    title: t("Contacts"),
    actions: mayWrite ? [link(t("Add contact"), `/contacts/new?company_id=${id}`, "plus")] : [],
    table: tableModel(
      ctx,
      { ...contactList, columns: contactList.columns.filter(({ key }) => key !== "company" && key !== "portal") },
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
    header: await companyHeader(
      ctx,
      company,
      mayWrite
        ? primaryLast([
            ...ofKind(panels, "action"),
            link(t("Edit"), `/companies/${id}/edit`, "pencil"),
            ...(company.status === "prospect" || company.company_type === "prospect"
              ? [button(t("Make it a client"), `/companies/${id}/convert`, "check")]
              : []),
            ...(can(ctx.actor, "companies.merge") ? [link(t("Merge"), `/companies/${id}/merge`, "merge")] : []),
            ...archiveButtons("companies", id, company.archived_at, company.name, below.length),
          ])
        : [],
    ),
    alerts: ofKind(panels, "alert"),
    stats: ofKind(panels, "stat"),
    tabs: clientTabs("companies", id, "overview"),
    // What waits and who is there, then what happened; what seldom changes stands below.
    sections: [...ofKind(panels, "section").slice(0, 1), contactSection],
    sections_after: [...ofKind(panels, "section").slice(1), ...belowSection(below), siteSection],
    journal: ofKind(panels, "journal")[0] ?? null,
    facts: [
      facts(t("Company"), [
        [t("Phone"), cell.tel(company.phone)],
        [
          t("Website"),
          company.website === null ? cell.nothing : cell.link(company.website, webAddress(company.website)),
        ],
        [t("Address"), cell.text(addressLine(company.address))],
        [t("Parent company"), parent === undefined ? cell.nothing : cell.link(parent.name, `/companies/${parent.id}`)],
        [t("Technical contact"), defaults.technical],
        [t("Account manager"), cell.person(manager?.name)],
        [t("Added"), cell.text(formatInstant(company.created_at, ctx.tenant))],
      ]),
      facts(t("Billing"), [
        [t("Billing contact"), defaults.billing],
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
  if (contact.merged_into_id !== null)
    return redirect(`/contacts/${contact.merged_into_id}`, t("{name} was merged into this contact.", { name }), "info");
  const company = await find(ctx, "companies", contact.company_id);
  const site = contact.site_id === null ? undefined : await maybeFind(ctx, "sites", contact.site_id);
  const mayWrite = can(ctx.actor, "companies.write");
  const panels = await panelsOf(ctx, "contact", { id });
  const model: RecordPageModel = {
    header: await contactHeader(
      ctx,
      contact,
      company,
      mayWrite
        ? primaryLast([
            ...ofKind(panels, "action"),
            link(t("Edit"), `/contacts/${id}/edit`, "pencil"),
            ...(can(ctx.actor, "companies.merge") ? [link(t("Merge"), `/contacts/${id}/merge`, "merge")] : []),
            ...archiveButtons("contacts", id, contact.archived_at, name),
          ])
        : [],
    ),
    alerts: ofKind(panels, "alert"),
    stats: ofKind(panels, "stat"),
    tabs: clientTabs("contacts", id, "overview"),
    sections: ofKind(panels, "section"),
    journal: ofKind(panels, "journal")[0] ?? null,
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

async function showSite(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const site = await find(ctx, "sites", incoming.params["id"] ?? "");
  const company = await find(ctx, "companies", site.company_id);
  const { id } = site;
  if (site.merged_into_id !== null)
    return redirect(
      `/sites/${site.merged_into_id}`,
      t("{name} was merged into this site.", { name: site.name }),
      "info",
    );
  const people = await contactList
    .query(ctx)
    .where("contacts.site_id", "=", id)
    .where("contacts.archived_at", "is", null)
    .orderBy("contacts.first_name")
    .limit(most)
    .execute();
  const model: RecordPageModel = {
    header: siteHeader(
      site,
      company,
      can(ctx.actor, "companies.write")
        ? primaryLast([
            link(t("Edit"), `/sites/${id}/edit`, "pencil"),
            ...(can(ctx.actor, "companies.merge") ? [link(t("Merge"), `/sites/${id}/merge`, "merge")] : []),
            ...archiveButtons("sites", id, site.archived_at, site.name),
          ])
        : [],
    ),
    stats: [],
    tabs: clientTabs("sites", id, "overview"),
    sections: [
      {
        id: "contacts",
        title: t("Contacts"),
        actions: [],
        table: tableModel(
          ctx,
          { ...contactList, columns: contactList.columns.filter(({ key }) => key !== "company" && key !== "portal") },
          people,
          "first_name",
          null,
        ),
        empty: empty("users", t("Nobody here"), t("Contacts whose site this is stand here.")),
        more_url: "",
        more_label: "",
      },
    ],
    facts: [
      facts(t("Site"), [
        [t("Company"), cell.link(company.name, `/companies/${company.id}`)],
        [t("Address"), cell.text(addressLine(site.address))],
        [t("Phone"), cell.tel(site.phone)],
        [t("Time zone"), cell.text(site.timezone)],
      ]),
    ],
    notes: site.notes ?? "",
    attachments: [],
  };
  return page("records/show", site.name, model);
}

function archiveButtons(path: string, id: string, archivedAt: string | null, name: string, below = 0): ActionLink[] {
  if (archivedAt === null) {
    const question = t("Archive {name}? It leaves the lists, and can be restored.", { name });
    const stay =
      below === 0
        ? ""
        : ` ${t("{below, plural, one {The company below it stays as it is, and below it.} other {The # companies below it stay as they are, and below it.}}", { below })}`;
    return [button(t("Archive"), `/${path}/${id}/archive`, "archive", "ghost", question + stay)];
  }
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
  { method: "GET", path: "/sites/:id", door: "staff", permission: "companies.read", handle: showSite },
  { method: "GET", path: "/contacts/:id", door: "staff", permission: "companies.read", handle: showContact },
  buttonRoute("/companies/:id/archive", archiveCompany, (incoming) =>
    redirect(at("companies")(incoming), t("Company archived.")),
  ),
  buttonRoute(
    "/companies/:id/convert",
    convertCompany,
    (incoming) => redirect(at("companies")(incoming), t("It is a client now.")),
    at("companies"),
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
