import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { customColumns, customFilters } from "../../platform/custom-fields/list.ts";
import type { Address } from "../../platform/database/columns.ts";
import { addressLine, cell, empty, link, words } from "../../platform/http/cells.ts";
import type { List, ListFilter, ListQuery } from "../../platform/http/list.ts";
import { optionalColumn, optionalReference, tagsColumn } from "../../platform/http/lists/optional.ts";
import { optionsOf } from "../../platform/http/options.ts";
import { isId, noId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { tagFilters } from "../../platform/tags.ts";
import { companyBulk, contactBulk } from "./bulk.ts";
import { groupOf } from "./hierarchy.ts";
import { contactName } from "./rules.ts";
import { companies, contacts } from "./schema.ts";

const text = companies.columns.name;

/** Archived records are left out until somebody asks for them. */
function archivedFilter<R>(table: string): ListFilter<R> {
  return {
    name: "archived",
    label: t("Archived"),
    options: () => [{ value: "yes", label: t("Archived") }],
    apply: (query: ListQuery<R>) => query.where(sql<boolean>`${sql.ref(`${table}.archived_at`)} is not null`),
    otherwise: (query: ListQuery<R>) => query.where(sql<boolean>`${sql.ref(`${table}.archived_at`)} is null`),
  };
}

export interface CompanyRow {
  id: string;
  name: string;
  company_type: string;
  status: string;
  industry: string | null;
  phone: string | null;
  address: Address;
  updated_at: string;
  account_manager: string | null;
}

export const companyList: List<CompanyRow> = {
  title: "Companies",
  url: "/companies",
  moreColumns: (ctx) => customColumns(ctx, "companies"),
  moreFilters: async (ctx) => [
    ...(await customFilters<CompanyRow>(ctx, "companies")),
    ...(await tagFilters<CompanyRow>(ctx, "companies")),
  ],
  table: "companies",
  query: (ctx) =>
    reach(ctx, "companies")
      .leftJoin("users as managers", "managers.id", "companies.account_manager_id")
      .select([
        "companies.id",
        "companies.name",
        "companies.company_type",
        "companies.status",
        "companies.industry",
        "companies.phone",
        "companies.address",
        "companies.updated_at",
        "managers.name as account_manager",
      ]),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "companies.name", column: text },
      cell: (row) => cell.strong(row.name, `/companies/${row.id}`),
    },
    {
      key: "company_type",
      label: "Type",
      sort: { reference: "companies.company_type", column: companies.columns.company_type },
      is_secondary: true,
      cell: (row) => cell.text(words(row.company_type)),
    },
    {
      key: "status",
      label: "Status",
      sort: { reference: "companies.status", column: companies.columns.status },
      cell: (row) => cell.badge(words(row.status), statusTone(row.status)),
    },
    {
      key: "industry",
      label: "Industry",
      is_secondary: true,
      sort: { reference: "companies.industry", column: companies.columns.industry },
      cell: (row) => cell.text(row.industry),
    },
    { key: "city", label: "City", is_secondary: true, cell: (row) => cell.text(row.address.city) },
    { key: "phone", label: "Phone", is_secondary: true, cell: (row) => cell.tel(row.phone) },
    {
      key: "account_manager",
      label: "Account manager",
      is_secondary: true,
      cell: (row) => cell.person(row.account_manager),
    },
    {
      key: "updated_at",
      label: "Changed",
      is_secondary: true,
      sort: { reference: "companies.updated_at", column: companies.columns.updated_at },
      cell: (row, ctx) => cell.instant(row.updated_at, ctx.tenant, ctx.app.clock.now()),
    },
    optionalColumn(companies, "created_at", { label: "Added" }),
    optionalReference(companies, "parent_company_id", { name: ["name"], href: (id) => `/companies/${id}` }),
    optionalReference(companies, "default_billing_contact_id", {
      name: ["first_name", "last_name"],
      href: (id) => `/contacts/${id}`,
    }),
    optionalReference(companies, "default_technical_contact_id", {
      name: ["first_name", "last_name"],
      href: (id) => `/contacts/${id}`,
    }),
    optionalColumn(companies, "website"),
    {
      key: "address",
      label: "Address",
      is_optional: true,
      is_secondary: true,
      cell: (row) => cell.text(addressLine(row.address)),
    },
    optionalColumn(companies, "tax_id"),
    optionalColumn(companies, "currency"),
    optionalColumn(companies, "payment_terms", { label: "Payment terms" }),
    optionalColumn(companies, "is_tax_exempt"),
    tagsColumn("companies"),
  ],
  views: [
    { key: "all", label: "All", query: "" },
    { key: "clients", label: "Clients", query: "type=client&status=active" },
    { key: "prospects", label: "Prospects", query: "type=prospect" },
    { key: "mine", label: "My accounts", query: "manager=me" },
    { key: "archived", label: "Archived", query: "archived=yes", is_tab: false, is_counted: false },
  ],
  filters: [
    {
      name: "type",
      label: "Type",
      is_multiple: true,
      options: () => choices(companies.columns.company_type.values),
      apply: (query, _value, _ctx, values) => query.where("companies.company_type", "in", [...values]),
    },
    {
      name: "status",
      label: "Status",
      is_multiple: true,
      options: () => choices(companies.columns.status.values),
      apply: (query, _value, _ctx, values) => query.where("companies.status", "in", [...values]),
    },
    {
      name: "manager",
      label: "Account manager",
      options: async (ctx) => [
        { value: "me", label: t("Me") },
        { value: "none", label: t("Nobody") },
        ...(await optionsOf(ctx, "users", { where: { user_type: "staff" } })),
      ],
      apply: (query, value, ctx) =>
        value === "none"
          ? query.where("companies.account_manager_id", "is", null)
          : query.where(
              "companies.account_manager_id",
              "=",
              value === "me" ? ctx.actor.user_id : isId(value) ? value : noId,
            ),
    },
    {
      name: "group",
      label: "Group",
      options: async (ctx) =>
        reach(ctx, "companies")
          .select(["companies.id as value", "companies.name as label"])
          .where(
            sql<boolean>`exists (select 1 from companies child where child.tenant_id = companies.tenant_id and child.parent_company_id = companies.id)`,
          )
          .orderBy("companies.name")
          .limit(500)
          .execute(),
      apply: (query, value, ctx) =>
        query.where(sql<boolean>`companies.id in ${groupOf(ctx, isId(value) ? value : noId)}`),
    },
    archivedFilter("companies"),
  ],
  bulk: companyBulk,
  search: "Search companies",
  sort: "name",
  href: (row) => `/companies/${row.id}`,
  actions: (ctx) =>
    can(ctx.actor, "companies.write")
      ? [
          ...(can(ctx.actor, "imports.run") ? [link(t("Import"), "/imports/new", "upload")] : []),
          ...(can(ctx.actor, "companies.merge") ? [link(t("Duplicates"), "/companies/duplicates", "merge")] : []),
          link(t("New company"), "/companies/new", "plus", "primary"),
        ]
      : [],
  empty: (ctx) =>
    empty(
      "building",
      t("No companies yet"),
      t("Bring your clients in from another system with a CSV file, or add the first one by hand."),
      can(ctx.actor, "imports.run") ? link(t("Import a CSV file"), "/imports/new", "upload", "primary") : null,
    ),
};

export function statusTone(status: string): string {
  if (status === "active") return "success";
  return status === "prospect" ? "info" : "neutral";
}

function choices(values: readonly string[]): { value: string; label: string }[] {
  return values.map((value) => ({ value, label: words(value) }));
}

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
      sort: { reference: "contacts.first_name", column: text },
      cell: (row) => cell.strong(contactName(row), `/contacts/${row.id}`),
    },
    {
      key: "company",
      label: "Company",
      sort: { reference: "companies.name", column: text },
      cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
    },
    {
      key: "email",
      label: "E-mail",
      sort: { reference: "contacts.email", column: contacts.columns.email },
      is_secondary: true,
      cell: (row) => cell.mail(row.email),
    },
    { key: "phone", label: "Phone", is_secondary: true, cell: (row) => cell.tel(row.phone) },
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
    optionalReference(contacts, "site_id", { name: ["name"], href: (id) => `/sites/${id}/edit` }),
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
      apply: (query, value) => query.where("contacts.company_id", "=", isId(value) ? value : noId),
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
    can(ctx.actor, "companies.write") ? [link(t("New contact"), "/contacts/new", "plus", "primary")] : [],
  empty: (ctx) =>
    empty(
      "users",
      t("No contacts yet"),
      t("Contacts are the people at your clients who write tickets and receive invoices."),
      can(ctx.actor, "companies.write") ? link(t("New contact"), "/contacts/new", "plus", "primary") : null,
    ),
};

export interface SiteRow {
  id: string;
  name: string;
  address: Address;
  phone: string | null;
  is_primary: boolean;
}

/** The sites of a company; they have no list page of their own. */
export const siteColumns: Pick<List<SiteRow>, "columns" | "href" | "title" | "table"> = {
  title: "Sites",
  table: "sites",
  href: (row) => `/sites/${row.id}`,
  columns: [
    { key: "name", label: "Name", cell: (row) => cell.strong(row.name, `/sites/${row.id}`) },
    { key: "address", label: "Address", cell: (row) => cell.text(addressLine(row.address)) },
    { key: "phone", label: "Phone", is_secondary: true, cell: (row) => cell.tel(row.phone) },
    {
      key: "is_primary",
      label: "Primary",
      is_secondary: true,
      cell: (row) => (row.is_primary ? cell.badge(t("Primary"), "info") : cell.nothing),
    },
  ],
};
