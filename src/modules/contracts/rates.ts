import type { Ctx } from "../../platform/context.ts";
import type { RateBook, RateCard } from "./rules/rates.ts";

/**
 * All the places that an hourly rate for this company and contract may come from: what `findRate` and `coverTime` need.
 * Cards in another currency than the company is billed in are left out; a number alone is no rate.
 */
export async function ratesFor(ctx: Ctx, companyId: string, contractId: string | null): Promise<RateBook> {
  const company = await ctx.db
    .selectFrom("companies")
    .select(["currency", "rate_card_id"])
    .where("id", "=", companyId)
    .executeTakeFirst();
  const contract =
    contractId === null
      ? undefined
      : await ctx.db
          .selectFrom("contracts")
          .select(["currency", "rate_card_id"])
          .where("id", "=", contractId)
          .executeTakeFirst();
  const currency = contract?.currency ?? company?.currency ?? ctx.tenant.currency;
  const standard = await ctx.db
    .selectFrom("rate_cards")
    .select("id")
    .where("is_default", "=", true)
    .where("archived_at", "is", null)
    .executeTakeFirst();
  return {
    contract_card: await cardOf(ctx, contract?.rate_card_id ?? null, currency),
    company_card: await cardOf(ctx, company?.rate_card_id ?? null, currency),
    default_card: await cardOf(ctx, standard?.id ?? null, currency),
  };
}

async function cardOf(ctx: Ctx, id: string | null, currency: string): Promise<RateCard | null> {
  if (id === null) return null;
  const card = await ctx.db
    .selectFrom("rate_cards")
    .select(["id", "name"])
    .where("id", "=", id)
    .where("currency", "=", currency)
    .executeTakeFirst();
  if (card === undefined) return null;
  const items = await ctx.db
    .selectFrom("rate_card_items")
    .select(["work_type_id", "hourly_rate"])
    .where("rate_card_id", "=", id)
    .execute();
  return { ...card, rates: Object.fromEntries(items.map((item) => [item.work_type_id, item.hourly_rate])) };
}
