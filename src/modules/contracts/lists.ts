import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import { pricesRead } from "../../platform/access/prices.ts";
import { reach } from "../../platform/access/reach.ts";
import { dateIn } from "../../platform/clock.ts";
import { customColumns, customFilters } from "../../platform/custom-fields/list.ts";
import type { Ctx } from "../../platform/context.ts";
import { cell, empty, link, words } from "../../platform/http/pages/cells.ts";
import type { List, ListFilter, ListQuery } from "../../platform/http/lists/list.ts";
import { optionalColumn, optionalReference } from "../../platform/http/lists/optional.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { idOrNone } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import type { BillingCycle } from "./rules/periods.ts";
import { perMonth, timesAYear } from "./rules/recurring.ts";
import { contracts } from "./schema.ts";

/** How many days before its last one a contract counts as ending soon. */
export const soonDays = 60;

export interface ContractListRow {
  id: string;
  contract_number: string;
  name: string;
  company_id: string;
  company: string;
  contract_type: string;
  status: string;
  start_date: string;
  end_date: string | null;
  auto_renew: boolean;
  billing_cycle: BillingCycle;
  billing_amount: number | null;
  /** What its items come to in a year, in minor units. */
  items_a_year: number | string | null;
  currency: string;
}

const tones: Record<string, string> = {
  draft: "neutral",
  active: "success",
  expired: "warning",
  cancelled: "error",
  renewed: "info",
};
const choices = (values: readonly string[]): { value: string; label: string }[] =>
  values.map((value) => ({ value, label: words(value) }));

export function statusTone(status: string): string {
  return tones[status] ?? "neutral";
}

/** The last day that counts as soon: contracts in force until then at most, and not renewing by themselves, need somebody. */
export function soonUntil(ctx: Ctx): string {
  return Temporal.PlainDate.from(dateIn(ctx.tenant.timezone, ctx.app.clock.now())).add({ days: soonDays }).toString();
}

function ending<R>(query: ListQuery<R>, ctx: Ctx): ListQuery<R> {
  return query
    .where("contracts.status", "=", "active")
    .where("contracts.end_date", "is not", null)
    .where("contracts.end_date", "<=", soonUntil(ctx));
}

const filters: ListFilter<ContractListRow>[] = [
  {
    name: "status",
    label: "Status",
    is_multiple: true,
    options: () => choices(contracts.columns.status.values),
    apply: (query, _value, _ctx, values) => query.where("contracts.status", "in", [...values]),
  },
  {
    name: "type",
    label: "Type",
    is_multiple: true,
    options: () => choices(contracts.columns.contract_type.values),
    apply: (query, _value, _ctx, values) => query.where("contracts.contract_type", "in", [...values]),
  },
  {
    name: "company",
    label: "Company",
    options: (ctx) => optionsOf(ctx, "companies"),
    apply: (query, value) => query.where("contracts.company_id", "=", idOrNone(value)),
  },
  {
    name: "ending",
    label: "Ends",
    options: () => [{ value: "soon", label: t("Within {days} days", { days: soonDays }) }],
    apply: (query, _, ctx) => ending(query, ctx),
  },
  {
    name: "archived",
    label: "Archived",
    options: () => [{ value: "yes", label: t("Archived") }],
    apply: (query) => query.where("contracts.archived_at", "is not", null),
    otherwise: (query) => query.where("contracts.archived_at", "is", null),
  },
];

const times = sql.join(
  Object.entries(timesAYear).map(([often, count]) => sql`when ${sql.lit(often)} then ${sql.lit(count)}`),
  sql` `,
);

/** What the items of a contract come to in a year. */
const itemsAYear = sql<
  number | string | null
>`(select sum(items.total_price * case items.billing_frequency ${times} end)
  from contract_items as items where items.tenant_id = contracts.tenant_id and items.contract_id = contracts.id)`;

export const contractList: List<ContractListRow> = {
  title: "Contracts",
  url: "/contracts",
  moreColumns: (ctx) => customColumns(ctx, "contracts"),
  moreFilters: (ctx) => customFilters(ctx, "contracts"),
  table: "contracts",
  query: (ctx) =>
    reach(ctx, "contracts")
      .innerJoin("companies", "companies.id", "contracts.company_id")
      .select([
        "contracts.id",
        "contracts.contract_number",
        "contracts.name",
        "contracts.company_id",
        "companies.name as company",
        "contracts.contract_type",
        "contracts.status",
        "contracts.start_date",
        "contracts.end_date",
        "contracts.auto_renew",
        "contracts.billing_cycle",
        "contracts.billing_amount",
        "contracts.currency",
        itemsAYear.as("items_a_year"),
      ]),
  columns: [
    {
      key: "contract_number",
      label: "Number",
      is_secondary: true,
      sort: { reference: "contracts.contract_number", column: contracts.columns.contract_number },
      cell: (row) => cell.muted(row.contract_number),
    },
    {
      key: "name",
      label: "Contract",
      sort: { reference: "contracts.name", column: contracts.columns.name },
      cell: (row) => cell.strong(row.name, `/contracts/${row.id}`),
    },
    {
      key: "company",
      label: "Company",
      sort: { reference: "companies.name", column: { kind: "text", isNullable: false } },
      cell: (row) => cell.link(row.company, `/companies/${row.company_id}`),
    },
    { key: "contract_type", label: "Type", is_secondary: true, cell: (row) => cell.text(words(row.contract_type)) },
    {
      key: "status",
      label: "Status",
      sort: { reference: "contracts.status", column: contracts.columns.status },
      cell: (row) => cell.badge(words(row.status), statusTone(row.status)),
    },
    {
      key: "end_date",
      label: "Last day",
      sort: { reference: "contracts.end_date", column: contracts.columns.end_date },
      cell: (row, ctx) =>
        row.end_date === null
          ? cell.muted(t("Open-ended"))
          : { ...cell.date(row.end_date, ctx.tenant), hint: row.auto_renew ? t("Renews by itself") : "" },
    },
    {
      key: "per_month",
      label: "A month",
      is_numeric: true,
      permission: pricesRead,
      cell: (row, ctx) => {
        const amount = perMonth({ ...row, items_a_year: Number(row.items_a_year ?? 0) });
        return amount === 0 ? cell.nothing : cell.money(amount, row.currency, ctx.tenant);
      },
    },
    {
      key: "billing_amount",
      label: "Fee per cycle",
      is_numeric: true,
      is_optional: true,
      permission: pricesRead,
      sort: { reference: "contracts.billing_amount", column: contracts.columns.billing_amount },
      cell: (row, ctx) => ({
        ...cell.money(row.billing_amount, row.currency, ctx.tenant),
        hint: words(row.billing_cycle),
      }),
    },
    optionalColumn(contracts, "start_date", { label: "First day" }),
    optionalColumn(contracts, "billing_cycle"),
    optionalColumn(contracts, "auto_renew"),
    optionalReference(contracts, "rate_card_id", { name: ["name"], href: (id) => `/rate-cards/${id}` }),
    optionalColumn(contracts, "signed_date", { label: "Signed" }),
    optionalReference(contracts, "signed_by_contact_id", {
      name: ["first_name", "last_name"],
      href: (id) => `/contacts/${id}`,
    }),
    optionalColumn(contracts, "created_at", { label: "Added" }),
    optionalColumn(contracts, "updated_at", { label: "Changed" }),
  ],
  views: [
    { key: "all", label: "All", query: "" },
    { key: "active", label: "Active", query: "status=active" },
    { key: "ending", label: "Ending soon", query: "ending=soon&sort=end_date" },
    { key: "archived", label: "Archived", query: "archived=yes", is_tab: false, is_counted: false },
  ],
  filters,
  search: "Search contracts",
  sort: "name",
  href: (row) => `/contracts/${row.id}`,
  actions: (ctx) => [
    ...(can(ctx.actor, pricesRead) ? [link(t("Rate cards"), "/rate-cards", "tag")] : []),
    ...(can(ctx.actor, "contracts.write") ? [link(t("New contract"), "/contracts/new", "plus", "primary")] : []),
  ],
  empty: (ctx) =>
    empty(
      "contract",
      t("No contracts yet"),
      t("A contract says what is covered, and what a month costs. Work on tickets is then billed by it."),
      can(ctx.actor, "contracts.write") ? link(t("New contract"), "/contracts/new", "plus", "primary") : null,
    ),
};
