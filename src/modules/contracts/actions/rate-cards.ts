import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow, Patch, RowOf } from "../../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput, writable } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { canonicalDecimal, isDecimal } from "../../../platform/decimal.ts";
import { conflict, type FieldProblem, invalid } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { isRate, refuseWrongRate } from "../../../platform/rates.ts";
import { rateCardItems, rateCards } from "../schema.ts";

export type RateCardRow = RowOf<typeof rateCards>;

const permission = "contracts.write";
const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);
/** Hourly rates by work type id; a blank one takes the work type off the card. */
type Rates = Record<string, string | null>;
const rates = Type.Optional(Type.Record(Type.String(), Type.Union([Type.String({ maxLength: 30 }), Type.Null()])));

/** Makes a rate card, in the organization's currency unless told. */
export const createRateCard = action({
  name: "contracts.create_rate_card",
  permission,
  input: newInput(
    rateCards,
    writable(rateCards).filter((name) => name !== "currency"),
    { rates, currency: Type.Optional(Type.String({ format: "currency" })) },
  ),
  run: async (
    work: Work,
    { rates: given, ...input }: Record<string, unknown> & { rates?: Rates },
  ): Promise<RateCardRow> => {
    const values = fromEdge(rateCards, { currency: work.tenant.currency, ...input }, work.tenant.currency) as NewRow<
      typeof rateCards
    >;
    if (values.is_default === true) await demoteOthers(work, null);
    const card = await insert(work, rateCards, values);
    await setRates(work, card.id, given ?? {});
    return card;
  },
});

export const updateRateCard = action({
  name: "contracts.update_rate_card",
  permission,
  input: patchInput(rateCards, undefined, { rates }),
  run: async (
    work: Work,
    { id, version, rates: given, ...input }: PatchInput & { rates?: Rates },
  ): Promise<RateCardRow> => {
    const before = await find(work, "rate_cards", id);
    const values: Patch<typeof rateCards> = fromEdge(rateCards, input, before.currency);
    if (values.currency !== undefined && values.currency !== before.currency)
      await refuseInUse(work, before, (holder) =>
        t("{holder} uses this rate card. Give it another one before you change its currency.", { holder }),
      );
    if (values.is_default === true && !before.is_default) await demoteOthers(work, id);
    const card = await update(work, rateCards, id, values, version);
    await setRates(work, id, given ?? {});
    return card;
  },
});

/** Deletes a rate card that no contract and no company uses, with its rates. */
export const deleteRateCard = action({
  name: "contracts.delete_rate_card",
  permission,
  input: target,
  run: async (work: Work, { id, version }: PatchInput) => {
    await refuseInUse(work, await find(work, "rate_cards", id), (holder) =>
      t("{holder} uses this rate card. Give it another one before you delete it.", { holder }),
    );
    for (const item of await ratesOn(work, id)) await remove(work, rateCardItems, item.id);
    await remove(work, rateCards, id, version);
  },
});

export const createRate = action({
  name: "contracts.add_rate",
  permission,
  input: newInput(rateCardItems),
  run: (work: Work, input: Record<string, unknown>) => {
    const values = fromEdge(rateCardItems, input, work.tenant.currency) as NewRow<typeof rateCardItems>;
    checkRates(values);
    return insert(work, rateCardItems, values);
  },
});

export const updateRate = action({
  name: "contracts.update_rate",
  permission,
  input: patchInput(rateCardItems, ["hourly_rate", "after_hours_rate", "emergency_rate"]),
  run: (work: Work, { id, version, ...input }: PatchInput) => {
    const values = fromEdge(rateCardItems, input, work.tenant.currency);
    checkRates(values);
    return update(work, rateCardItems, id, values, version);
  },
});

export const deleteRate = action({
  name: "contracts.remove_rate",
  permission,
  input: target,
  run: (work: Work, { id, version }: PatchInput) => remove(work, rateCardItems, id, version),
});

function checkRates(values: Patch<typeof rateCardItems>): void {
  for (const name of ["hourly_rate", "after_hours_rate", "emergency_rate"] as const)
    refuseWrongRate(name, values[name]);
}

function ratesOn(work: Work, cardId: string): Promise<{ id: string; work_type_id: string }[]> {
  return work.db
    .selectFrom("rate_card_items")
    .select(["id", "work_type_id"])
    .where("rate_card_id", "=", cardId)
    .execute();
}

async function setRates(work: Work, cardId: string, given: Rates): Promise<void> {
  const known = new Map((await ratesOn(work, cardId)).map((item) => [item.work_type_id, item.id]));
  const types = new Set((await work.db.selectFrom("work_types").select("id").execute()).map((type) => type.id));
  const problems: FieldProblem[] = [];
  for (const [work_type_id, typed] of Object.entries(given)) {
    const rate = typed?.trim() ?? "";
    const field = `rates/${work_type_id}`;
    const item = known.get(work_type_id);
    if (!types.has(work_type_id))
      problems.push({ field, code: "not_found", message: t("This work type does not exist.") });
    else if (rate === "") {
      if (item !== undefined) await remove(work, rateCardItems, item);
    } else if (!isDecimal(rate) || !isRate(rate)) {
      problems.push({ field, code: "invalid_format", message: t("A rate is an amount per hour such as 125.00.") });
    } else if (item === undefined) {
      await insert(work, rateCardItems, { rate_card_id: cardId, work_type_id, hourly_rate: canonicalDecimal(rate) });
    } else await update(work, rateCardItems, item, { hourly_rate: canonicalDecimal(rate) });
  }
  // Thrown inside the unit of work: what was written before is not kept.
  if (problems.length > 0) throw invalid(problems);
}

/** One card is the standard: making another one so takes it from the present one. */
async function demoteOthers(work: Work, id: string | null): Promise<void> {
  const present = await work.db.selectFrom("rate_cards").select("id").where("is_default", "=", true).execute();
  for (const card of present) if (card.id !== id) await update(work, rateCards, card.id, { is_default: false });
}

async function refuseInUse(work: Work, card: RateCardRow, refusal: (holder: string) => string): Promise<void> {
  const contract = await work.db
    .selectFrom("contracts")
    .select("contract_number")
    .where("rate_card_id", "=", card.id)
    .executeTakeFirst();
  const company = await work.db
    .selectFrom("companies")
    .select("name")
    .where("rate_card_id", "=", card.id)
    .executeTakeFirst();
  const holder = contract?.contract_number ?? company?.name;
  if (holder !== undefined) throw conflict(refusal(holder), "in_use");
}
