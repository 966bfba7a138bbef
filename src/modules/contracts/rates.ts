import type { Ctx } from "../../platform/context.ts";
import type { RateBook, RateCard } from "./rules/rates.ts";

/**
 * All the places that an hourly rate for this company and contract may come from: what `findRate` and `coverTime` need.
 * Cards in another currency than the invoice are left out; a number alone is no rate.
 *
 * @param currency what is billed in, which a draft keeps when its company takes another one
 */
export async function ratesFor(
  ctx: Ctx,
  companyId: string,
  contractId: string | null,
  currency: string,
): Promise<RateBook> {
  const bookFor = await rateBooks(ctx, [companyId], contractId === null ? [] : [contractId]);
  return bookFor(companyId, contractId, currency);
}

/** The same for many companies and contracts, by few looks. */
export async function rateBooks(
  ctx: Ctx,
  companyIds: readonly string[],
  contractIds: readonly string[],
): Promise<(companyId: string, contractId: string | null, currency: string) => RateBook> {
  const terms = ["id", "rate_card_id"] as const;
  const companies = await ctx.db.selectFrom("companies").select(terms).where("id", "in", companyIds).execute();
  const contracts =
    contractIds.length === 0
      ? []
      : await ctx.db.selectFrom("contracts").select(terms).where("id", "in", contractIds).execute();
  const standard = await ctx.db
    .selectFrom("rate_cards")
    .select("id")
    .where("is_default", "=", true)
    .where("archived_at", "is", null)
    .executeTakeFirst();
  const named = [standard?.id, ...[...companies, ...contracts].map((one) => one.rate_card_id)];
  const cards = await cardsOf(ctx, [...new Set(named.filter((id) => id != null))]);
  return (companyId, contractId, currency) => {
    const company = companies.find(({ id }) => id === companyId);
    const contract = contracts.find(({ id }) => id === contractId);
    const cardOf = (id: string | null | undefined): RateCard | null => {
      const card = cards.find((one) => one.id === id);
      return card === undefined || card.currency !== currency ? null : card;
    };
    return {
      currency,
      contract_card: cardOf(contract?.rate_card_id),
      company_card: cardOf(company?.rate_card_id),
      default_card: cardOf(standard?.id),
    };
  };
}

async function cardsOf(ctx: Ctx, ids: readonly string[]): Promise<(RateCard & { currency: string })[]> {
  if (ids.length === 0) return [];
  const cards = await ctx.db
    .selectFrom("rate_cards")
    .select(["id", "name", "currency"])
    .where("id", "in", ids)
    .execute();
  const items = await ctx.db
    .selectFrom("rate_card_items")
    .select(["rate_card_id", "work_type_id", "hourly_rate"])
    .where("rate_card_id", "in", ids)
    .execute();
  const ofCard = Map.groupBy(items, (item) => item.rate_card_id);
  return cards.map((card) => ({
    ...card,
    rates: Object.fromEntries((ofCard.get(card.id) ?? []).map((item) => [item.work_type_id, item.hourly_rate])),
  }));
}
