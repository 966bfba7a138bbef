import { addressLine } from "../../../platform/address.ts";
import { can } from "../../../platform/access/actor.ts";
import { reach } from "../../../platform/access/reach.ts";
import type { Address } from "../../../platform/database/columns.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import type { List } from "../../../platform/http/lists/list.ts";
import { optionalColumn } from "../../../platform/http/lists/optional.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { idOrNone } from "../../../platform/ids.ts";
import { t } from "../../../platform/language/index.ts";
import { companies, sites } from "../schema.ts";
import { archivedFilter } from "./parts.ts";
import { containing } from "../../../platform/http/lists/kinds.ts";

export interface SiteRow {
  id: string;
  name: string;
  address: Address;
  phone: string | null;
  is_primary: boolean;
  company_id: string;
  company: string;
}

/** The places of all companies. */
export const siteList: List<SiteRow> = {
  title: "Sites",
  url: "/sites",
  table: "sites",
  query: (ctx) =>
    reach(ctx, "sites")
      .innerJoin("companies", "companies.id", "sites.company_id")
      .select([
        "sites.id",
        "sites.name",
        "sites.address",
        "sites.phone",
        "sites.is_primary",
        "sites.company_id",
        "companies.name as company",
      ]),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "sites.name", column: sites.columns.name },
      cell: (row) => cell.strong(row.name, `/sites/${row.id}`),
    },
    {
      key: "company",
      label: "Company",
      sort: { reference: "companies.name", column: companies.columns.name },
      cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
    },
    { key: "address", label: "Address", cell: (row) => cell.text(addressLine(row.address)) },
    { key: "phone", label: "Phone", is_secondary: true, cell: (row) => cell.tel(row.phone) },
    {
      key: "is_primary",
      label: "Primary",
      is_secondary: true,
      cell: (row) => (row.is_primary ? cell.badge(t("Primary"), "info") : cell.nothing),
    },
    { key: "city", label: "City", is_optional: true, is_secondary: true, cell: (row) => cell.text(row.address.city) },
    optionalColumn(sites, "timezone"),
    optionalColumn(sites, "created_at", { label: "Added" }),
    optionalColumn(sites, "updated_at", { label: "Changed" }),
  ],
  views: [
    { key: "all", label: "All", query: "" },
    { key: "primary", label: "Primary sites", query: "primary=yes" },
    { key: "archived", label: "Archived", query: "archived=yes", is_tab: false, is_counted: false },
  ],
  filters: [
    {
      name: "company",
      label: "Company",
      options: (ctx) => optionsOf(ctx, "companies"),
      apply: (query, value) => query.where("sites.company_id", "=", idOrNone(value)),
    },
    {
      name: "primary",
      label: "Primary",
      options: () => [
        { value: "yes", label: t("Primary sites") },
        { value: "no", label: t("Other sites") },
      ],
      apply: (query, value) => query.where("sites.is_primary", "=", value === "yes"),
    },
    archivedFilter("sites"),
  ],
  search: "Search sites",
  match: (query, text, ctx) => containing(query, text, ["sites.name", "companies.name"], ctx),
  sort: "name",
  href: (row) => `/sites/${row.id}`,
  actions: (ctx) => (can(ctx.actor, "companies.write") ? [link(t("New site"), "/sites/new", "plus", "primary")] : []),
  empty: (ctx) =>
    empty(
      "pin",
      t("No sites yet"),
      t("Sites are the places where companies are."),
      can(ctx.actor, "companies.write") ? link(t("New site"), "/sites/new", "plus", "primary") : null,
    ),
};
