import { addressLine } from "../../../platform/address.ts";
import { sql } from "kysely";
import { can } from "../../../platform/access/actor.ts";
import { reach } from "../../../platform/access/reach.ts";
import { customColumns, customFilters } from "../../../platform/custom-fields/list.ts";
import type { Address } from "../../../platform/database/columns.ts";
import { cell, empty, link, words } from "../../../platform/http/pages/cells.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { optionalColumn, optionalReference, tagsColumn } from "../../../platform/http/lists/optional.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { idOrNone } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { tagFilters } from "../../../platform/tags.ts";
import { companyBulk } from "../bulk.ts";
import { groupOf } from "../hierarchy.ts";
import { companies } from "../schema.ts";
import { archivedFilter, choices, statusTone } from "./parts.ts";

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
      sort: { reference: "companies.name", column: companies.columns.name },
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
          : query.where("companies.account_manager_id", "=", value === "me" ? ctx.actor.user_id : idOrNone(value)),
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
      apply: (query, value, ctx) => query.where(sql<boolean>`companies.id in ${groupOf(ctx, idOrNone(value))}`),
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
