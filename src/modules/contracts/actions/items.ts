import { Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow, Patch, RowOf } from "../../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput, writable } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { compareDecimals } from "../../../platform/decimal.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { refuseWrongRate } from "../../../platform/rates.ts";
import { contractItems } from "../schema.ts";
import { priceOf, refuseNegative } from "./checks.ts";

export type ItemRow = RowOf<typeof contractItems>;

const permission = "contracts.write";

type NewItem = Record<string, unknown> & { contract_id: string };

/** Adds a line to a contract. Its price is `quantity × unit price`, exact, in the contract's currency. */
export const createItem = action({
  name: "contracts.add_item",
  permission,
  input: newInput(contractItems),
  run: async (work: Work, input: NewItem): Promise<ItemRow> => {
    const contract = await maybeFind(work, "contracts", input.contract_id);
    if (contract === undefined) throw invalidField("contract_id", t("This contract does not exist."), "not_found");
    const { currency } = contract;
    const values = fromEdge(contractItems, input, currency) as NewRow<typeof contractItems>;
    const quantity = values.quantity ?? "1";
    checkItem({ ...values, quantity });
    const sort_order = values.sort_order ?? (await lastPosition(work, contract.id)) + 1;
    return insert(work, contractItems, {
      ...values,
      quantity,
      sort_order,
      currency,
      total_price: priceOf(quantity, values.unit_price, currency),
    });
  },
});

/** Changes a line; what has been billed for it stays as it was billed. */
export const updateItem = action({
  name: "contracts.update_item",
  permission,
  input: patchInput(
    contractItems,
    writable(contractItems).filter((name) => name !== "contract_id"),
  ),
  run: async (work: Work, { id, version, ...input }: PatchInput): Promise<ItemRow> => {
    const before = await find(work, "contract_items", id);
    const values: Patch<typeof contractItems> = fromEdge(contractItems, input, before.currency);
    const after = { ...before, ...values };
    checkItem(after);
    const total_price = priceOf(after.quantity, after.unit_price, before.currency);
    return update(work, contractItems, id, { ...values, total_price }, version);
  },
});

/** Takes a line away that no invoice and no hour balance refers to. */
export const deleteItem = action({
  name: "contracts.remove_item",
  permission,
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, version }: PatchInput): Promise<ItemRow> => {
    const item = await find(work, "contract_items", id);
    await remove(work, contractItems, id, version);
    return item;
  },
});

type Checked = Pick<ItemRow, "item_type" | "quantity"> &
  Pick<Patch<typeof contractItems>, "included_hours" | "overage_rate">;

function checkItem(item: Checked): void {
  refuseNegative("quantity", item.quantity);
  refuseWrongRate("overage_rate", item.overage_rate);
  refuseNegative("included_hours", item.included_hours);
  if (item.included_hours != null && compareDecimals(item.included_hours, "100000") > 0) {
    throw invalidField("included_hours", t("These are more hours than a period has."), "too_large");
  }
  if (
    item.item_type === "block_hours" &&
    (item.included_hours == null || compareDecimals(item.included_hours, "0") === 0)
  ) {
    throw invalidField("included_hours", t("Say how many hours are prepaid each period."), "required");
  }
}

async function lastPosition(work: Work, contractId: string): Promise<number> {
  const last = await work.db
    .selectFrom("contract_items")
    .select("sort_order")
    .where("contract_id", "=", contractId)
    .orderBy("sort_order", "desc")
    .limit(1)
    .executeTakeFirst();
  return last?.sort_order ?? 0;
}
