import { type RawBuilder, sql } from "kysely";
import { exact, text as plainText } from "../../decimal.ts";
import { minorDigits } from "../../money.ts";

/** How a filter compares amounts: `=` or an operator's sign. */
export type Sign = "=" | "<>" | "<" | "<=" | ">" | ">=";

/**
 * An amount of the edge against money columns, each row in the minor units of its own currency: `150.00` is 15000 where
 * the currency has two places, 150 where it has none. An amount that a currency cannot hold lies between two that it can.
 */
export function moneyCondition(
  column: RawBuilder<unknown>,
  currency: RawBuilder<unknown>,
  sign: Sign,
  amount: string,
): RawBuilder<boolean> {
  const special = [...specialPlaces()];
  const cases = special.map(
    ([digits, codes]) => sql`when ${currency} in (${sql.join(codes)}) then ${against(column, sign, amount, digits)}`,
  );
  return sql<boolean>`(case ${sql.join(cases, sql` `)} else ${against(column, sign, amount, 2)} end)`;
}

function against(column: RawBuilder<unknown>, sign: Sign, amount: string, digits: number): RawBuilder<unknown> {
  const minor = exact(amount).times(exact(10 ** digits));
  const below = minor.round(0, minor.lt(0) ? 3 : 0);
  const isWhole = minor.eq(below);
  // 9e15 is more than any amount that is stored.
  const bound = sql.lit(Number(plainText(below.gt(9e15) ? exact(9e15) : below.lt(-9e15) ? exact(-9e15) : below)));
  if (isWhole) return sql`${column} ${sql.raw(sign)} ${bound}`;
  if (sign === "=") return sql`${column} <> ${column}`;
  if (sign === "<>") return sql`${column} = ${column}`;
  return sign === "<" || sign === "<=" ? sql`${column} <= ${bound}` : sql`${column} > ${bound}`;
}

let places: Map<number, string[]> | null = null;

/** Currencies that have other than two places, by how many. */
function specialPlaces(): Map<number, string[]> {
  if (places !== null) return places;
  places = new Map();
  for (const code of Intl.supportedValuesOf("currency")) {
    const digits = minorDigits(code);
    if (digits === 2) continue;
    places.set(digits, [...(places.get(digits) ?? []), code]);
  }
  return places;
}
