import { type RawBuilder, sql } from "kysely";
import { customWords } from "../custom-fields/words.ts";
import { fold } from "../text.ts";
import type { Ctx, Work } from "../context.ts";
import { col, defaulted, readOnly, table } from "./columns.ts";
import type { Db, TableType } from "./tables.ts";

/** What can be found by words: one document a record, kept in step by the unit of work that changes the record. */
export const searchDocuments = table(
  "search_documents",
  {
    tenant_id: defaulted(readOnly(col.id()), ""),
    entity_type: col.text(),
    entity_id: col.id(),
    title: col.text(),
    body: col.text(),
  },
  { isAudited: false },
);

declare module "./tables.ts" {
  interface Tables {
    search_documents: TableType<typeof searchDocuments>;
  }
}

/** How a module makes its records findable. */
export interface SearchFacet {
  /** The table whose rows are found. */
  table: string;
  /** Label of the group in the results: "Companies". */
  label: string;
  icon: string;
  /** The words of a row: the title weighs more than the body. */
  document(row: Record<string, unknown>): { title: string; body: string };
  /** Words that stand in other tables (a ticket's notes); whoever writes those has the row indexed again. */
  more?(work: Work, row: Record<string, unknown>): Promise<string>;
  /** What a hit looks like; the row was fetched through reach. */
  hit(row: Record<string, unknown>): { title: string; detail: string; href: string };
}

const allWords = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/** The words of a query, folded; at most eight, so that a pasted page is still a quick query. */
export function words(query: string, most = 8): string[] {
  return allWords(query).slice(0, most);
}

const longest = 50_000;

/** Brings a record's document up to date; records without a facet are not searched. */
export async function indexRow(work: Work, name: string, row: Record<string, unknown>): Promise<void> {
  const facet = work.app.registry.search.get(name);
  if (facet === undefined) return;
  const { title, body } = facet.document(row);
  const more = (await facet.more?.(work, row)) ?? "";
  const own = await customWords(work, name, (row["custom_fields"] ?? {}) as Record<string, unknown>);
  await putDocument(work.db, name, String(row["id"]), title, `${body} ${own} ${more}`.trim());
}

/** A document as it is stored: its words and nothing else, cut as those of a query are. */
export function storedDocument(title: string, body: string): { title: string; body: string } {
  return { title: allWords(title).join(" "), body: allWords(body).join(" ").slice(0, longest) };
}

/**
 * Writes a document; for records whose words come from more than their own row. Only words are stored, cut as those of a
 * query are: PostgreSQL would take `INV-000042` for a word and a negative number, and a mail address for one word.
 */
export async function putDocument(
  db: Db,
  entityType: string,
  entityId: string,
  title: string,
  body: string,
): Promise<void> {
  const document = storedDocument(title, body);
  await db
    .insertInto("search_documents")
    .values({ entity_type: entityType, entity_id: entityId, ...document })
    .onConflict((oc) => oc.columns(["tenant_id", "entity_type", "entity_id"]).doUpdateSet(document))
    .execute();
}

export async function unindexRow(work: Work, name: string, id: string): Promise<void> {
  if (!work.app.registry.search.has(name)) return;
  await work.db.deleteFrom("search_documents").where("entity_type", "=", name).where("entity_id", "=", id).execute();
}

/** Ids of the records of one kind that hold all words of the query (the last may be a beginning), best first. */
export async function searchIds(ctx: Ctx, entityType: string, query: string, limit: number): Promise<string[]> {
  return (await searchKinds(ctx, [entityType], query, limit)).get(entityType) ?? [];
}

/**
 * The same for several kinds, so many of each: in one look, because ranking what is found is what takes the time. A kind of
 * which nothing is found is absent.
 */
export async function searchKinds(
  ctx: Ctx,
  entityTypes: readonly string[],
  query: string,
  limit: number,
): Promise<Map<string, string[]>> {
  const terms = words(query);
  if (terms.length === 0 || entityTypes.length === 0) return new Map();
  const [rank, found] = ctx.app.database.dialect === "sqlite" ? inSqlite(ctx, terms) : inPostgres(terms);
  const { rows } = await sql<{ entity_type: string; entity_id: string }>`
    select entity_type, entity_id from (
      select entity_type, entity_id, row_number() over (partition by entity_type order by ${rank}, document_number desc) as place
      from (${found} and entity_type in (${sql.join([...entityTypes])})) as found
    ) as placed
    where place <= ${limit} order by place`.execute(ctx.db);
  const kinds = new Map<string, string[]>();
  for (const { entity_type, entity_id } of rows) {
    const ids = kinds.get(entity_type);
    if (ids === undefined) kinds.set(entity_type, [entity_id]);
    else ids.push(entity_id);
  }
  return kinds;
}

/** How found documents are ranked, and the query that finds them. */
type Found = [rank: RawBuilder<unknown>, found: RawBuilder<unknown>];

function inSqlite(ctx: Ctx, terms: readonly string[]): Found {
  const match = terms.map((term) => `"${term}"*`).join(" ");
  return [
    sql`score`,
    sql`select d.entity_type, d.entity_id, d.document_number, bm25(search_fts, 10.0, 1.0) as score
      from search_fts f join search_documents d on d.document_number = f.rowid
      where search_fts match ${match} and d.tenant_id = ${ctx.tenant.id}`,
  ];
}

function inPostgres(terms: readonly string[]): Found {
  const match = terms.map((term) => `${term}:*`).join(" & ");
  return [
    sql`score desc`,
    sql`select entity_type, entity_id, document_number, score from found_documents(${match}) where true`,
  ];
}
