import { sql } from "kysely";
import type { ReachRule } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { defineModule } from "../../platform/module.ts";
import { contractEvents } from "./events.ts";
import { createContract, deleteContract, updateContract } from "./actions/contracts.ts";
import { createItem, deleteItem, updateItem } from "./actions/items.ts";
import {
  activateContract,
  archiveContract,
  cancelContract,
  expireContracts,
  renewContract,
  restoreContract,
} from "./actions/lifecycle.ts";
import {
  createRate,
  createRateCard,
  deleteRate,
  deleteRateCard,
  updateRate,
  updateRateCard,
} from "./actions/rate-cards.ts";
import { contractApi } from "./api.ts";
import { formPages } from "./pages/forms.ts";
import { rateCardPages } from "./pages/rate-cards.ts";
import { recordPages } from "./pages/records.ts";
import { panels } from "./panels.ts";
import {
  contractItemResource,
  contractResource,
  hourBalanceResource,
  rateCardItemResource,
  rateCardResource,
} from "./resources.ts";
import { contractHourBalances, contractItems, contracts, rateCardItems, rateCards } from "./schema.ts";
import { contractSearch } from "./search.ts";
import { contractList } from "./lists.ts";
import { contractTransfers } from "./transfers.ts";

export { type ContractRow, createContract, updateContract } from "./actions/contracts.ts";
export { createItem, type ItemRow } from "./actions/items.ts";
export { activateContract, cancelContract, renewContract } from "./actions/lifecycle.ts";
export { createRateCard } from "./actions/rate-cards.ts";
export { type Coverage, coverageOf, portalHours } from "./coverage.ts";
export { type CurrentBucket, type HoursLeft, hoursLeft, rollovers, withRollover, writeHourBalance } from "./hours.ts";
export { rateBooks, ratesFor } from "./rates.ts";
export {
  type Charge,
  type ChargeEvidence,
  type ContractTerms,
  contractCharges,
  type ItemTerms,
} from "./rules/charges.ts";
export { type CoveredTime, coverTime, type UnbilledTime } from "./rules/coverage.ts";
export {
  type BillingPeriod,
  firstPeriod,
  nextPeriod,
  type Period,
  periodContaining,
  periodKey,
  periodsWithin,
  shownPeriod,
} from "./rules/periods.ts";
export { type Bucket, bucketsWithin } from "./rules/prepaid.ts";
export { findRate, type RateBook, type RateSource, shownSource } from "./rules/rates.ts";
export { contractHourBalances, contractItems, contracts, rateCardItems, rateCards } from "./schema.ts";

const actions = [
  createContract,
  updateContract,
  deleteContract,
  activateContract,
  cancelContract,
  archiveContract,
  restoreContract,
  renewContract,
  expireContracts,
  createItem,
  updateItem,
  deleteItem,
  createRateCard,
  updateRateCard,
  deleteRateCard,
  createRate,
  updateRate,
  deleteRate,
];

/** A portal user reaches what hangs on the contracts of the own company; drafts are the staff's own affair. */
const throughContract =
  (table: string): ReachRule =>
  (query, ctx) => {
    if (ctx.actor.kind !== "portal") return query;
    const own = ctx.db
      .selectFrom("contracts")
      .select("id")
      .where("company_id", "=", ctx.actor.company_id)
      .where("status", "<>", "draft");
    return query.where(sql.ref(`${table}.contract_id`), "in", own);
  };

/** Contracts, their items, prepaid hours and rate cards (PRD 3.8). */
export const contractsModule = defineModule({
  name: "contracts",
  emits: contractEvents,
  optional: { title: "Contracts", text: "Contracts, prepaid hours and rate cards." },
  tables: [contracts, contractItems, contractHourBalances, rateCards, rateCardItems],
  permissions: {
    "contracts.read": "See contracts and prepaid hours",
    "contracts.write": "Make, change, renew and cancel contracts, and set rates",
  },
  grants: {
    manager: ["contracts.read"],
    technician: ["contracts.read"],
    dispatcher: ["contracts.read"],
    sales: ["contracts.read", "contracts.write"],
    finance: ["contracts.read", "contracts.write"],
  },
  actions: actions as unknown as AnyAction[],
  transfers: contractTransfers,
  resources: [contractResource, contractItemResource, hourBalanceResource, rateCardResource, rateCardItemResource],
  routes: [...recordPages, ...formPages, ...rateCardPages, ...contractApi],
  create: [{ label: "Contract", href: "/contracts/new", icon: "contract", order: 30, permission: "contracts.write" }],
  lists: [{ permission: "contracts.read", list: contractList as List<unknown> }],
  nav: [
    {
      label: "Contracts",
      href: "/contracts",
      icon: "contract",
      group: "Money",
      order: 50,
      permission: "contracts.read",
    },
  ],
  reach: {
    contracts: (query, ctx) =>
      ctx.actor.kind === "portal" ? query.where(sql.ref("contracts.status"), "<>", "draft") : query,
    contract_items: throughContract("contract_items"),
    contract_hour_balances: throughContract("contract_hour_balances"),
  },
  // Every hour, because midnight comes at another hour in every time zone; it changes nothing when nothing is over.
  jobs: [{ name: "contracts.expire", schedule: "5 * * * *", run: (ctx) => perform(ctx, expireContracts, {}) }],
  search: [contractSearch],
  panels,
});
