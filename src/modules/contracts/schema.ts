import { Type } from "@sinclair/typebox";
import { pricesRead } from "../../platform/access/prices.ts";
import { col, customFields, defaulted, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const readPermission = "contracts.read";
export const billingCycles = ["monthly", "quarterly", "annually"] as const;

/** By how many months a contract renews itself; other members are kept as they were sent. */
const renewalTerms = Type.Object({ months: Type.Optional(Type.Integer()) }, { additionalProperties: Type.Unknown() });

/** Hourly rates by work type, in one currency. */
export const rateCards = table(
  "rate_cards",
  {
    ...record,
    name: col.text({ maxLength: 120 }),
    description: defaulted(col.text({ maxLength: 1000 }), ""),
    currency: col.text({ format: "currency", maxLength: 3 }),
    is_default: defaulted(col.boolean({ label: "Standard" }), false),
    archived_at: readOnly(col.maybe.instant()),
  },
  { noun: "rate card", readPermission },
);

export const rateCardItems = table(
  "rate_card_items",
  {
    ...record,
    rate_card_id: col.ref("rate_cards", { label: "Rate card" }),
    work_type_id: col.ref("work_types", { label: "Work type" }),
    hourly_rate: col.decimal(),
    after_hours_rate: col.maybe.decimal(),
    emergency_rate: col.maybe.decimal(),
  },
  { noun: "rate", readPermission },
);

/** An agreement with a company (PRD 3.8.2). */
export const contracts = table(
  "contracts",
  {
    ...record,
    contract_number: readOnly(col.text({ label: "Number" })),
    name: col.text({ maxLength: 200 }),
    company_id: col.ref("companies", { label: "Company" }),
    contract_type: col.enum(
      ["managed_services", "block_hours", "time_and_materials", "fixed_price", "warranty"] as const,
      { label: "Type" },
    ),
    status: defaulted(col.enum(["draft", "active", "expired", "cancelled", "renewed"] as const), "draft" as const),
    start_date: col.date(),
    /** The last day that is covered; null: open-ended. */
    end_date: col.maybe.date(),
    auto_renew: defaulted(col.boolean({ label: "Renews by itself", isDefaultable: true }), false),
    renewal_terms: defaulted(col.json<Record<string, unknown>>({ shape: renewalTerms }), {}),
    billing_cycle: defaulted(col.enum(billingCycles, { isDefaultable: true }), "monthly" as const),
    /** The flat fee of one billing cycle. */
    billing_amount: col.maybe.money({ label: "Fee per cycle", readPermission: pricesRead }),
    currency: defaulted(col.text({ format: "currency", maxLength: 3 }), "USD"),
    sla_id: readOnly(col.maybe.id({ label: "SLA policy" })),
    rate_card_id: col.maybe.ref("rate_cards", { label: "Rate card" }),
    signed_date: col.maybe.date(),
    signed_by_contact_id: col.maybe.ref("contacts", { label: "Signed by" }),
    notes: col.maybe.text({ maxLength: 20_000 }),
    custom_fields: customFields(),
    archived_at: readOnly(col.maybe.instant()),
  },
  { noun: "contract", readPermission, isSensitive: true, companyColumn: "company_id" },
);

/** What a contract consists of: recurring services, prepaid hours, products. */
export const contractItems = table(
  "contract_items",
  {
    ...record,
    contract_id: col.ref("contracts", { label: "Contract" }),
    name: col.text({ maxLength: 200 }),
    description: defaulted(col.text({ maxLength: 2000 }), ""),
    item_type: col.enum(["recurring_service", "block_hours", "retainer", "product"] as const, { label: "Type" }),
    quantity: defaulted(col.decimal(), "1"),
    unit_price: col.decimal({ readPermission: pricesRead }),
    /** Quantity times unit price, once per billing period. */
    total_price: readOnly(col.money({ readPermission: pricesRead })),
    currency: readOnly(defaulted(col.text(), "USD")),
    billing_frequency: defaulted(
      col.enum(["monthly", "quarterly", "annually", "one_time"] as const),
      "monthly" as const,
    ),
    work_type_id: col.maybe.ref("work_types", { label: "Work type" }),
    included_hours: col.maybe.decimal({ label: "Included hours" }),
    overage_rate: col.maybe.decimal({ label: "Overage rate", readPermission: pricesRead }),
    is_taxable: defaulted(col.boolean({ label: "Taxable" }), true),
    sort_order: defaulted(col.integer({ label: "Position" }), 0),
  },
  { noun: "contract item", readPermission },
);

/** The ledger of prepaid hours, one row a period. */
export const contractHourBalances = table(
  "contract_hour_balances",
  {
    ...record,
    contract_id: readOnly(col.ref("contracts")),
    contract_item_id: readOnly(col.ref("contract_items")),
    period_start: col.date(),
    period_end: col.date(),
    hours_included: col.decimal(),
    hours_used: col.decimal(),
    hours_remaining: col.decimal(),
    rollover_hours: defaulted(col.decimal(), "0"),
  },
  { noun: "hour balance", readPermission },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    rate_cards: TableType<typeof rateCards>;
    rate_card_items: TableType<typeof rateCardItems>;
    contracts: TableType<typeof contracts>;
    contract_items: TableType<typeof contractItems>;
    contract_hour_balances: TableType<typeof contractHourBalances>;
  }
}
