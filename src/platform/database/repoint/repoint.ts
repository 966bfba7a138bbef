import { t } from "../../language/index.ts";
import { type RawBuilder, sql } from "kysely";
import type { Ctx, Work } from "../../context.ts";
import { conflict } from "../../errors.ts";
import { type Reference, referencesTo, refersTo } from "./references.ts";
import { uniqueKeys } from "../indexes.ts";

type Target = "companies" | "contacts" | "sites";

/**
 * So many rows are moved by one statement, in the one transaction: a company's 100,000 tickets at once would let nobody else be
 * answered on SQLite meanwhile (decision 0031).
 */
const movedAtOnce = 100;

/** How many rows of a table refer to a record. */
export interface Held {
  table: string;
  count: number;
}

/** What refers to a record, by table, the most first: what a merge would point elsewhere. */
export async function heldBy(ctx: Ctx, target: Target, id: string): Promise<Held[]> {
  const counts = new Map<string, number>();
  for (const reference of await referencesTo(ctx, target)) {
    const { name } = reference.table;
    const row = await ctx.db
      .selectFrom(name as "companies")
      .select(sql<number>`count(*)`.as("count"))
      .where(refersTo(ctx, reference, target, id))
      .executeTakeFirstOrThrow();
    counts.set(name, (counts.get(name) ?? 0) + Number(row.count));
  }
  return [...counts]
    .map(([table, count]) => ({ table, count }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

/**
 * Points everything that refers to one record to another one, in all tables. Of links that both have, the first one's goes.
 * Where both have a record that there can be one of only, nothing is changed: 409.
 */
export async function repoint(work: Work, target: Target, from: string, to: string): Promise<void> {
  for (const reference of await referencesTo(work, target)) {
    if (!(await isHeld(work, reference, target, from))) continue;
    await clearDoubles(work, reference, target, from, to);
    await move(work, reference, target, from, to);
  }
}

async function isHeld(work: Work, reference: Reference, target: Target, id: string): Promise<boolean> {
  const found = await work.db
    .selectFrom(reference.table.name as "companies")
    .select(sql<number>`1`.as("held"))
    .where(refersTo(work, reference, target, id))
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

async function move(work: Work, reference: Reference, target: Target, from: string, to: string): Promise<void> {
  const { table } = reference;
  const name = table.name as "companies";
  const stamps = {
    ...("version" in table.columns ? { version: sql<number>`${sql.ref("version")} + 1` } : {}),
    ...("updated_at" in table.columns ? { updated_at: work.app.clock.now() } : {}),
  };
  const changes = { ...changeOf(work, reference, from, to), ...stamps };
  const refers = refersTo(work, reference, target, from);
  // What has been moved does not refer to it any more, so each statement finds the next ones.
  for (let moved = movedAtOnce; moved === movedAtOnce;) {
    let query = work.db.updateTable(name).set(changes as never);
    query =
      "id" in table.columns
        ? query.where("id", "in", work.db.selectFrom(name).select("id").where(refers).limit(movedAtOnce))
        : query.where(refers);
    const { numUpdatedRows } = await query.executeTakeFirstOrThrow();
    moved = Number(numUpdatedRows);
  }
}

function changeOf(work: Work, reference: Reference, from: string, to: string): Record<string, unknown> {
  if (reference.how === "column") return { [reference.column]: to };
  if (reference.how === "entity") return { entity_id: to };
  // Ids are nowhere part of another word.
  if (reference.how === "text")
    return { [reference.column]: sql`replace(${sql.ref(reference.column)}, ${from}, ${to})` };
  const values = sql.ref(`${reference.table.name}.custom_fields`);
  return {
    custom_fields:
      work.app.database.dialect === "sqlite"
        ? sql`json_set(${values}, ${sql.lit(`$.${reference.key}`)}, ${to})`
        : sql`jsonb_set(${values}, array[${sql.lit(reference.key)}], to_jsonb(${to}::text))`,
  };
}

/** Rows that would be there twice for a unique key: links go, of records there is a decision to make first. */
async function clearDoubles(work: Work, reference: Reference, target: Target, from: string, to: string): Promise<void> {
  if (reference.how === "custom" || reference.how === "text") return;
  const { table } = reference;
  const column = reference.how === "column" ? reference.column : "entity_id";
  for (const key of await uniqueKeys(work, table.name)) {
    if (!key.includes(column)) continue;
    const others = key.filter((name) => name !== column);
    const double = existsBeside(work, table.name, column, others, from, to);
    const where = sql<boolean>`${refersTo(work, reference, target, from)} and ${double}`;
    if ("id" in table.columns && "version" in table.columns) {
      const found = await work.db
        .selectFrom(table.name as "companies")
        .select(sql<number>`1`.as("held"))
        .where(where)
        .limit(1)
        .executeTakeFirst();
      if (found !== undefined)
        throw conflict(
          t("Both have a {noun} of which there can be only one. Remove one of them first.", { noun: t(table.noun) }),
          "both_have",
        );
    } else
      await work.db
        .deleteFrom(table.name as "companies")
        .where(where)
        .execute();
  }
}

function existsBeside(
  work: Work,
  table: string,
  column: string,
  others: readonly string[],
  from: string,
  to: string,
): RawBuilder<boolean> {
  const equal = others.map((name) => sql`beside.${sql.ref(name)} = ${sql.ref(`${table}.${name}`)}`);
  const conditions = [sql`beside.tenant_id = ${work.tenant.id}`, sql`beside.${sql.ref(column)} = ${to}`, ...equal];
  return sql<boolean>`${sql.ref(`${table}.${column}`)} = ${from} and exists (select 1 from ${sql.table(table)} as beside where ${sql.join(conditions, sql` and `)})`;
}
