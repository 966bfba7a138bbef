import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { cell, empty, link } from "../../platform/http/pages/cells.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { t } from "../../platform/language/index.ts";
import { rateCards } from "./schema.ts";

export interface RateCardListRow {
  id: string;
  name: string;
  description: string;
  currency: string;
  is_default: boolean;
}

export const rateCardList: List<RateCardListRow> = {
  title: "Rate cards",
  subtitle: "What an hour of each work type costs: by contract, else by company, else by the standard card.",
  breadcrumbs: [{ label: "Contracts", href: "/contracts" }],
  url: "/rate-cards",
  table: "rate_cards",
  query: (ctx) =>
    reach(ctx, "rate_cards").select([
      "rate_cards.id",
      "rate_cards.name",
      "rate_cards.description",
      "rate_cards.currency",
      "rate_cards.is_default",
    ]),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "rate_cards.name", column: rateCards.columns.name },
      cell: (row) => cell.strong(row.name, `/rate-cards/${row.id}`),
    },
    { key: "description", label: "Description", is_secondary: true, cell: (row) => cell.muted(row.description) },
    { key: "currency", label: "Currency", cell: (row) => cell.text(row.currency) },
    {
      key: "is_default",
      label: "Standard",
      cell: (row) => (row.is_default ? cell.badge(t("Standard"), "info") : cell.nothing),
    },
  ],
  sort: "name",
  href: (row) => `/rate-cards/${row.id}`,
  actions: (ctx) =>
    can(ctx.actor, "contracts.write") ? [link(t("New rate card"), "/rate-cards/new", "plus", "primary")] : [],
  empty: (ctx) =>
    empty(
      "tag",
      t("No rate cards yet"),
      t(
        "A rate card holds the hourly rate of each work type. The standard one counts for everybody who has none of their own.",
      ),
      can(ctx.actor, "contracts.write") ? link(t("New rate card"), "/rate-cards/new", "plus", "primary") : null,
    ),
};
