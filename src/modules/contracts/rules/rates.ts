import { canonicalDecimal } from "../../../platform/decimal.ts";
import { t } from "../../../platform/language/index.ts";

/** Where an hourly rate came from, so that an invoice can explain every cent. */
export type RateSource =
  | { kind: "entry" }
  | { kind: "overage"; contract_item_id: string; name: string }
  | { kind: "contract_rate_card" | "company_rate_card" | "default_rate_card"; rate_card_id: string; name: string }
  | { kind: "work_type"; work_type_id: string; name: string };

export type FoundRate =
  { ok: true; rate: string; source: RateSource } | { ok: false; code: "no_rate"; message: string };

/** A rate card (PRD 3.8.2) with its hourly rates by work type id. A work type that is left out has no rate on this card. */
export interface RateCard {
  id: string;
  name: string;
  rates: Readonly<Record<string, string>>;
}

export interface WorkType {
  id: string;
  name: string;
  /** Decimal per hour; null when the work type has no rate of its own. */
  default_rate: string | null;
  /** What its rate is in. */
  currency: string;
}

/** All the rate cards that a rate may come from, each in the currency of the invoice; null where there is none. */
export interface RateBook {
  /** The currency of the invoice: a rate in another one is no rate for it. */
  currency: string;
  contract_card: RateCard | null;
  company_card: RateCard | null;
  default_card: RateCard | null;
}

export interface RateRequest extends RateBook {
  work_type: WorkType;
  /** The rate that somebody set on the time entry itself, and what it is in. */
  entry: { hourly_rate: string | null; currency: string };
  /** The contract line whose prepaid hours are used up, with its rate for further hours. */
  overage: { contract_item_id: string; name: string; overage_rate: string | null } | null;
}

/**
 * The hourly rate of a piece of work. The first that is there wins, from the most special to the most general:
 *
 * 1. the rate set on the time entry
 * 2. the overage rate of the contract line whose prepaid hours ran out
 * 3. the rate card of the contract
 * 4. the rate card of the company
 * 5. the default rate card
 * 6. the work type's own default rate
 *
 * A rate of zero is a rate, given on purpose. Where there is none at all the answer is the problem `no_rate`: a draft
 * with it cannot be approved, and the work is never given away as a zero. A rate in another currency than the invoice is
 * none: a number alone is no price. The one on the time entry was meant for just this work, so no other takes its place.
 */
export function findRate(request: RateRequest): FoundRate {
  const { work_type, entry, overage, currency } = request;
  if (entry.hourly_rate !== null) {
    if (entry.currency === currency) return found(entry.hourly_rate, { kind: "entry" });
    const foreign = t(
      'The hourly rate on the time entry for "{name}" is in {other}, and the invoice in {currency}: set it anew, or take it off.',
      { name: work_type.name, other: entry.currency, currency },
    );
    return { ok: false, code: "no_rate", message: foreign };
  }
  if (overage !== null && overage.overage_rate !== null) {
    return found(overage.overage_rate, {
      kind: "overage",
      contract_item_id: overage.contract_item_id,
      name: overage.name,
    });
  }
  const cards = [
    ["contract_rate_card", request.contract_card],
    ["company_rate_card", request.company_card],
    ["default_rate_card", request.default_card],
  ] as const;
  for (const [kind, card] of cards) {
    const rate = card?.rates[work_type.id];
    if (card !== null && rate !== undefined) return found(rate, { kind, rate_card_id: card.id, name: card.name });
  }
  if (work_type.default_rate !== null && work_type.currency === currency) {
    return found(work_type.default_rate, { kind: "work_type", work_type_id: work_type.id, name: work_type.name });
  }
  const message = t(
    'There is no hourly rate for "{name}" in {currency}: add it to a rate card, to the work type or to the time entry.',
    { name: work_type.name, currency },
  );
  return { ok: false, code: "no_rate", message };
}

function found(rate: string, source: RateSource): FoundRate {
  return { ok: true, rate: canonicalDecimal(rate), source };
}

/** The source of a rate in words, for the explanation beside an invoice line. */
export function shownSource(source: RateSource): string {
  switch (source.kind) {
    case "entry":
      return t("Rate set on the time entry");
    case "overage":
      return t('Overage rate of "{name}"', { name: source.name });
    case "contract_rate_card":
      return t('Rate card of the contract, "{name}"', { name: source.name });
    case "company_rate_card":
      return t('Rate card of the company, "{name}"', { name: source.name });
    case "default_rate_card":
      return t('Default rate card, "{name}"', { name: source.name });
    case "work_type":
      return t('Default rate of the work type "{name}"', { name: source.name });
  }
}
