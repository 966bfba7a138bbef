import type { Work } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { refuseWrongRate } from "../../platform/rates.ts";
import { t } from "../../platform/language/index.ts";
import { rateCardItems, rateCards } from "../contracts/index.ts";

/**
 * The rate card of an hourly rate that a file gives its companies: one card for each rate and currency, with that rate for
 * every kind of work in use. Null while there are no kinds of work.
 */
export async function rateCardFor(
  work: Work,
  hourlyRate: string,
  currency: string,
): Promise<{ id: string; is_new: boolean } | null> {
  refuseWrongRate("hourly_rate", hourlyRate);
  const name = t("{hourlyRate} {currency} an hour", { hourlyRate, currency });
  const known = await work.db.selectFrom("rate_cards").select("id").where("name", "=", name).executeTakeFirst();
  if (known !== undefined) return { id: known.id, is_new: false };
  const types = await work.db
    .selectFrom("work_types")
    .select("id")
    .where("is_active", "=", true)
    .where("default_billable", "=", true)
    .execute();
  if (types.length === 0) return null;
  const card = await insert(work, rateCards, { name, description: t("Made by an import"), currency });
  for (const { id } of types)
    await insert(work, rateCardItems, { rate_card_id: card.id, work_type_id: id, hourly_rate: hourlyRate });
  return { id: card.id, is_new: true };
}
