import { can } from "../../../platform/access/actor.ts";
import { reach } from "../../../platform/access/reach.ts";
import { customColumns, customFilters } from "../../../platform/custom-fields/list.ts";
import type { Ctx } from "../../../platform/context.ts";
import { cell, empty, link, words } from "../../../platform/http/pages/cells.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { optionalColumn, optionalReference, tagsColumn } from "../../../platform/http/lists/optional.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { idOrNone } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { tagFilters } from "../../../platform/tags.ts";
import { contactBulk } from "../bulk.ts";
import { contactName } from "../rules.ts";
import { companies, contacts } from "../schema.ts";
import { archivedFilter, choices } from "./parts.ts";

export interface ContactRow {
  id: string;
  first_name: string;
  last_name: string;
  email: string | null;
  phone: string | null;
  title: string | null;
  contact_type: string;
  is_portal_user: boolean;
  company_id: string;
  company: string;
}

/** Sites are called alike in many companies, so each is named with its own. */
async function sitesByCompany(ctx: Ctx): Promise<{ value: string; label: string }[]> {
  const rows = await reach(ctx, "sites")
    .innerJoin("companies", "companies.id", "sites.company_id")
    .select(["sites.id as value", "sites.name", "companies.name as company"])
    .where("sites.archived_at", "is", null)
    .orderBy("companies.name")
    .orderBy("sites.name")
    .limit(1000)
    .execute();
  return rows.map(({ value, name, company }) => ({ value, label: `${company}: ${name}` }));
}

export const contactList: List<ContactRow> = {
  title: "Contacts",
  url: "/contacts",
  moreColumns: (ctx) => customColumns(ctx, "contacts"),
  moreFilters: async (ctx) => [
    ...(await customFilters<ContactRow>(ctx, "contacts")),
    ...(await tagFilters<ContactRow>(ctx, "contacts")),
  ],
  table: "contacts",
  query: (ctx) =>
    reach(ctx, "contacts")
      .innerJoin("companies", "companies.id", "contacts.company_id")
      .select([
        "contacts.id",
        "contacts.first_name",
        "contacts.last_name",
        "contacts.email",
        "contacts.phone",
        "contacts.title",
        "contacts.contact_type",
        "contacts.is_portal_user",
        "contacts.company_id",
        "companies.name as company",
      ]),
  columns: [
    {
      key: "first_name",
      label: "Name",
      sort: { reference: "contacts.first_name", column: companies.columns.name },
      cell: (row) => cell.strong(contactName(row), `/contacts/${row.id}`),
    },
    {
      key: "company",
      label: "Company",
      sort: { reference: "companies.name", column: companies.columns.name },
      cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
    },
    {
      key: "email",
      label: "E-mail",
      sort: { reference: "contacts.email", column: contacts.columns.email },
      is_secondary: true,
      cell: (row) => cell.mail(row.email),
    },
    { key: "phone", label: "Phone", cell: (row) => cell.tel(row.phone) },
    { key: "title", label: "Job title", is_secondary: true, cell: (row) => cell.text(row.title) },
    { key: "contact_type", label: "Type", is_secondary: true, cell: (row) => cell.text(words(row.contact_type)) },
    {
      key: "portal",
      label: "Portal",
      is_secondary: true,
      cell: (row) => (row.is_portal_user ? cell.badge(t("Portal"), "success") : cell.nothing),
    },
    optionalColumn(contacts, "mobile"),
    optionalColumn(contacts, "department"),
    optionalReference(contacts, "site_id", { name: ["name"], href: (id) => `/sites/${id}` }),
    optionalColumn(contacts, "preferred_contact_method"),
    optionalColumn(contacts, "timezone"),
    tagsColumn("contacts"),
    optionalColumn(contacts, "created_at", { label: "Added" }),
    optionalColumn(contacts, "updated_at", { label: "Changed" }),
  ],
  views: [
    { key: "all", label: "All", query: "" },
    { key: "portal", label: "Portal users", query: "portal=yes" },
    { key: "archived", label: "Archived", query: "archived=yes", is_tab: false, is_counted: false },
  ],
  filters: [
    {
      name: "company",
      label: "Company",
      options: (ctx) => optionsOf(ctx, "companies"),
      apply: (query, value) => query.where("contacts.company_id", "=", idOrNone(value)),
    },
    {
      name: "site",
      label: "Site",
      options: sitesByCompany,
      apply: (query, value) => query.where("contacts.site_id", "=", idOrNone(value)),
    },
    {
      name: "type",
      label: "Type",
      is_multiple: true,
      options: () => choices(contacts.columns.contact_type.values),
      apply: (query, _value, _ctx, values) => query.where("contacts.contact_type", "in", [...values]),
    },
    {
      name: "portal",
      label: "Portal",
      options: () => [
        { value: "yes", label: t("With access") },
        { value: "no", label: t("Without access") },
      ],
      apply: (query, value) => query.where("contacts.is_portal_user", "=", value === "yes"),
    },
    archivedFilter("contacts"),
  ],
  bulk: contactBulk,
  search: "Search contacts",
  sort: "first_name",
  href: (row) => `/contacts/${row.id}`,
  actions: (ctx) =>
    can(ctx.actor, "companies.write")
      ? [
          ...(can(ctx.actor, "imports.run") ? [link(t("Import"), "/imports/new", "upload")] : []),
          ...(can(ctx.actor, "companies.merge") ? [link(t("Duplicates"), "/contacts/duplicates", "merge")] : []),
          link(t("New contact"), "/contacts/new", "plus", "primary"),
        ]
      : [],
  empty: (ctx) =>
    empty(
      "users",
      t("No contacts yet"),
      t("Contacts are the people at your clients who write tickets and receive invoices."),
      can(ctx.actor, "companies.write") ? link(t("New contact"), "/contacts/new", "plus", "primary") : null,
    ),
};

/** The same on the page of a company or a site, which says itself whose they are. */
export const contactsWithin: List<ContactRow> = {
  ...contactList,
  columns: contactList.columns.filter(({ key }) => key !== "company" && key !== "portal"),
};
