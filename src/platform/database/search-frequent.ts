import { type RawBuilder, sql } from "kysely";
import type { Ctx } from "../context.ts";

/**
 * Words that very many documents hold: two letters that are being typed begin a word of nearly every one. To say which of these
 * are the best each would be looked at, 0.4 seconds of SQLite at 100,000. So they are not ranked: what is called so comes first,
 * then what holds the words, the newest of either.
 */

/** More than so many are not ranked: for each PostgreSQL needs 8 µs to say how good it is. */
const mostRanked = 2000;
/** So many of a kind are looked at for what they are called. */
const mostTitles = 10_000;

/** Whether more documents hold the words than are ranked; `match` is the query in the database's own form. */
export async function areFrequent(ctx: Ctx, match: string): Promise<boolean> {
  const beyond =
    ctx.app.database.dialect === "sqlite"
      ? sql`select 1 from search_fts where search_fts match ${match} limit 1 offset ${mostRanked}`
      : sql`select 1 where more_documents(${match}, ${mostRanked})`;
  return (await beyond.execute(ctx.db)).rows.length > 0;
}

/** Ids of the newest records of several kinds that are called so, then of those that hold the words, so many of each. */
export async function newestKinds(
  ctx: Ctx,
  entityTypes: readonly string[],
  terms: readonly string[],
  match: string,
  limit: number,
): Promise<Map<string, string[]>> {
  const titled = entityTypes.map(async (kind) => [kind, await called(ctx, kind, terms, limit)] as const);
  const kinds = new Map(await Promise.all(titled));
  const lacking = entityTypes.filter((kind) => (kinds.get(kind)?.length ?? 0) < limit);
  for (const { entity_type, entity_id } of await newestHolding(ctx, lacking, match, limit)) {
    const ids = kinds.get(entity_type) ?? [];
    if (ids.length < limit && !ids.includes(entity_id)) ids.push(entity_id);
  }
  return new Map([...kinds].filter(([, ids]) => ids.length > 0));
}

/** All words begin one of the title's. */
async function called({ db, tenant }: Ctx, kind: string, terms: readonly string[], limit: number): Promise<string[]> {
  const each = terms.map((term) => sql`(title like ${`${term}%`} or title like ${`% ${term}%`})`);
  const { rows } = await sql<{ entity_id: string }>`
    select entity_id from (
      select entity_id, title from search_documents
      where tenant_id = ${tenant.id} and entity_type = ${kind} order by entity_id desc limit ${mostTitles}
    ) as newest where ${sql.join(each, sql` and `)} order by entity_id desc limit ${limit}`.execute(db);
  return rows.map(({ entity_id }) => entity_id);
}

interface Hit {
  entity_type: string;
  entity_id: string;
}

async function newestHolding(
  { app, db, tenant }: Ctx,
  kinds: readonly string[],
  match: string,
  limit: number,
): Promise<Hit[]> {
  if (kinds.length === 0) return [];
  // SQLite's index of words knows no kinds: the newest of all are taken, whatever they are.
  const found: RawBuilder<Hit> =
    app.database.dialect === "sqlite"
      ? sql`select d.entity_type, d.entity_id from (
            select rowid as number from search_fts where search_fts match ${match} order by rowid desc limit ${mostRanked}
          ) f join search_documents d on d.document_number = f.number
          where d.tenant_id = ${tenant.id} and d.entity_type in (${sql.join([...kinds])}) order by f.number desc`
      : sql`${sql.join(
          kinds.map(
            (kind) =>
              sql`(select ${kind}::text as entity_type, entity_id from newest_documents(${match}, ${kind}, ${limit}))`,
          ),
          sql` union all `,
        )}`;
  return (await found.execute(db)).rows;
}
