import { Type } from "@sinclair/typebox";
import type { Ctx } from "../../platform/context.ts";
import { pricesRead } from "../../platform/access/prices.ts";
import { resource } from "../../platform/resource.ts";
import { createContract, deleteContract, updateContract } from "./actions/contracts.ts";
import { createItem, deleteItem, updateItem } from "./actions/items.ts";
import {
  createRate,
  createRateCard,
  deleteRate,
  deleteRateCard,
  updateRate,
  updateRateCard,
} from "./actions/rate-cards.ts";
import { contractHourBalances, contractItems, contracts, rateCardItems, rateCards } from "./schema.ts";

const permission = "contracts.read";

export const contractResource = resource({
  type: "contracts",
  table: contracts,
  permission,
  create: createContract,
  update: updateContract,
  remove: deleteContract,
  under: [{ parent: "companies", column: "company_id" }],
  sort: "contract_number",
});

export const contractItemResource = resource({
  type: "contract_items",
  table: contractItems,
  permission,
  create: createItem,
  update: updateItem,
  remove: deleteItem,
  sort: "sort_order",
});

/** The ledger of prepaid hours: one row an item and period that has been billed. */
export const hourBalanceResource = resource({
  type: "contract_hour_balances",
  table: contractHourBalances,
  permission,
  under: [{ parent: "contracts", column: "contract_id" }],
  sort: "-period_start",
});

export const rateCardResource = resource({
  type: "rate_cards",
  table: rateCards,
  permission: pricesRead,
  create: createRateCard,
  update: updateRateCard,
  remove: deleteRateCard,
  extend: withRates,
  calculated: ["rates"],
  schemas: { rates: Type.Record(Type.String(), Type.String({ format: "decimal" })) },
  sort: "name",
});

export const rateCardItemResource = resource({
  type: "rate_card_items",
  table: rateCardItems,
  permission: pricesRead,
  create: createRate,
  update: updateRate,
  remove: deleteRate,
  under: [{ parent: "rate_cards", column: "rate_card_id" }],
});

/** The hourly rates of each card by work type, in the form in which they are written. */
async function withRates(ctx: Ctx, rows: readonly Record<string, unknown>[]): Promise<Record<string, unknown>[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => String(row["id"]));
  const items = await ctx.db
    .selectFrom("rate_card_items")
    .select(["rate_card_id", "work_type_id", "hourly_rate"])
    .where("rate_card_id", "in", ids)
    .execute();
  return ids.map((id) => ({
    rates: Object.fromEntries(
      items.filter((item) => item.rate_card_id === id).map((item) => [item.work_type_id, item.hourly_rate]),
    ),
  }));
}
