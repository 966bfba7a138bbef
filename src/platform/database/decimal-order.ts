import { type RawBuilder, sql } from "kysely";

/**
 * The order of exact decimals. PostgreSQL has them as `numeric`; SQLite as texts, for which a key is made that sorts as the
 * number does: the whole part, shifted to be positive, and ten places, both with leading zeros. No float is involved.
 */

type Dialect = "sqlite" | "postgres";

const shift = 1_000_000_000_000_000n;
const places = 10_000_000_000n;

/** What a decimal column compares and sorts by. */
export function decimalOrder(reference: RawBuilder<unknown>, dialect: Dialect): RawBuilder<unknown> {
  if (dialect === "postgres") return reference;
  const whole = sql`cast(${reference} as integer)`;
  const fraction = sql`cast(substr(${reference} || case when instr(${reference}, '.') = 0 then '.' else '' end || '0000000000', instr(${reference} || '.', '.') + 1, 10) as integer)`;
  const key = (one: RawBuilder<unknown>, two: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`printf('%016d%010d', ${sql.lit(Number(shift))} + ${one}, ${two})`;
  return sql`case when ${reference} is null then null when ${reference} like '-%' and ${fraction} > 0 then ${key(sql`${whole} - 1`, sql`${sql.lit(Number(places))} - ${fraction}`)} else ${key(whole, fraction)} end`;
}

/** A decimal to compare that with: at most 15 digits before the point and ten after it. */
export function decimalBound(text: string, dialect: Dialect): RawBuilder<unknown> {
  if (dialect === "postgres") return sql`${text}::numeric`;
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole) * places + BigInt(fraction.padEnd(10, "0").slice(0, 10));
  const shifted = (text.startsWith("-") ? -size : size) + shift * places;
  return sql`${`${(shifted / places).toString().padStart(16, "0")}${(shifted % places).toString().padStart(10, "0")}`}`;
}
