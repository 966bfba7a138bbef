import { latestDay } from "../../../platform/clock.ts";
import type { Work } from "../../../platform/context.ts";
import { amountOf } from "../../../platform/money.ts";
import { compareDecimals } from "../../../platform/decimal.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";

/** The largest price of one line, in minor units: sums of many lines stay exact whole numbers. */
const largest = 100_000_000_000;

/** Refuses a decimal below zero; null and undefined pass. */
export function refuseNegative(field: string, value: string | null | undefined): void {
  if (value != null && compareDecimals(value, "0") < 0)
    throw invalidField(field, t("This must not be negative."), "too_small");
}

/** Refuses a last day that is to mean that there is none. */
export function checkLastDay(day: string | null): void {
  if (day !== null && day > latestDay)
    throw invalidField("end_date", t("Leave the last day empty for a contract without an end."), "too_large");
}

/** Refuses a first day that is a slip of the keyboard. */
export function checkFirstDay(day: string): void {
  if (day > latestDay) throw invalidField("start_date", t("This day is too far off."), "too_large");
}

/** `quantity × unit price` in minor units, or a 422 on the price. */
export function priceOf(quantity: string, unitPrice: string, currency: string): number {
  try {
    const total = amountOf(quantity, unitPrice, currency);
    if (Math.abs(total) <= largest) return total;
  } catch {
    // Falls through: it is too large to be computed at all.
  }
  throw invalidField("unit_price", t("Quantity times unit price is more than a contract can hold."), "too_large");
}

/** Refuses a rate card in another currency: its rates would be charged as if they were in this one. */
export async function checkCard(work: Work, cardId: string | null | undefined, currency: string): Promise<void> {
  if (cardId == null) return;
  const card = await work.db
    .selectFrom("rate_cards")
    .select(["name", "currency"])
    .where("id", "=", cardId)
    .executeTakeFirst();
  if (card !== undefined && card.currency !== currency) {
    throw invalidField(
      "rate_card_id",
      t("{name} is in {currency}, and this contract in {other}.", {
        name: card.name,
        currency: card.currency,
        other: currency,
      }),
    );
  }
}
