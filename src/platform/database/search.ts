import { type RawBuilder, sql, type SqlBool } from "kysely";
import { customWords } from "../custom-fields/words.ts";
import { htmlToText } from "../html.ts";
import { fold } from "../text.ts";
import type { Ctx, Work } from "../context.ts";
import { col, defaulted, readOnly, table } from "./columns.ts";
import type { Following } from "./later.ts";
import { areFrequent, newestKinds } from "./search-frequent.ts";
import type { TableType } from "./tables.ts";

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
  { isAudited: false, readPermission: "nobody" },
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
  /** Words that stand in other tables (a ticket's notes), by the row's id; whoever writes those has the row indexed again. */
  more?(work: Work, ids: readonly string[]): Promise<Map<string, string>>;
  /** What a hit looks like; the row was fetched through reach. Whose it is stands before `detail` in the results, `since` when behind it. */
  hit(row: Record<string, unknown>, ctx: Ctx): { title: string; detail: string; since?: string; href: string };
}

const allWords = (text: string): string[] => fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/** The words of a query, folded; at most eight, so that a pasted page is still a quick query. */
export function words(query: string, most = 8): string[] {
  return allWords(query).slice(0, most);
}

const longest = 50_000;

type Row = Record<string, unknown>;
interface Indexed {
  work: Work;
  name: string;
  row: Row;
}

/** The documents of records that have changed in a unit of work, worked out at its end: once for each, however often it changed. */
const documents: Following<Indexed> = {
  table: "search_documents",
  keys: ["entity_type", "entity_id"],
  rows: async (items) => {
    const more = new Map<string, string>();
    for (const [name, some] of Map.groupBy(items, (item) => item.name)) {
      const [first] = some;
      const found = await first?.work.app.registry.search.get(name)?.more?.(
        first.work,
        some.map(({ row }) => String(row["id"])),
      );
      for (const [id, words] of found ?? []) more.set(`${name} ${id}`, words);
    }
    const rows: Row[] = [];
    for (const { work, name, row } of items) {
      const id = String(row["id"]);
      const { title, body } = work.app.registry.search.get(name)?.document(row) ?? { title: "", body: "" };
      const own = await customWords(work, name, (row["custom_fields"] ?? {}) as Row);
      const words = `${body} ${own} ${more.get(`${name} ${id}`) ?? ""}`;
      rows.push({ entity_type: name, entity_id: id, ...storedDocument(title, words) });
    }
    return rows;
  },
};

/** The newest texts that hang on records, joined, by the record's id: for `more`. */
export async function newestTexts(
  { db, tenant }: Work,
  table: "ticket_notes" | "record_notes",
  column: "ticket_id" | "company_id" | "contact_id" | "site_id",
  ids: readonly string[],
  most: number,
): Promise<Map<string, string>> {
  const [name, owner] = [sql.table(table), sql.ref(column)];
  const { rows } = await sql<{ owner: string; content: string }>`
    select owner, content from (
      select ${owner} as owner, content, row_number() over (partition by ${owner} order by created_at desc) as place
      from ${name} where tenant_id = ${tenant.id} and ${owner} in (${sql.join([...ids])})
    ) as newest where place <= ${most} order by place`.execute(db);
  const texts = new Map<string, string>();
  for (const { owner: id, content } of rows) texts.set(id, `${texts.get(id) ?? ""} ${htmlToText(content)}`);
  return texts;
}

/**
 * Whether all words of a text stand in the titles of a row and of what it belongs to, anywhere in a word; without words every
 * row has them. `kinds` says by which column each is known (`{ contacts: "contacts.id", companies: "contacts.company_id" }`).
 * Titles are kept folded: "kase" finds "Käserei" on both databases.
 */
export function titledWith(
  { tenant }: Ctx,
  text: string,
  kinds: Readonly<Record<string, string>>,
): RawBuilder<SqlBool> {
  const owners = Object.entries(kinds).map(
    ([kind, column]) => sql`(documents.entity_type = ${kind} and documents.entity_id = ${sql.ref(column)})`,
  );
  const owned = sql.join(owners, sql` or `);
  const each = words(text).map(
    (word) => sql`exists (select 1 from search_documents as documents
      where documents.tenant_id = ${tenant.id} and (${owned}) and documents.title like ${`%${word}%`})`,
  );
  return each.length === 0 ? sql`true` : sql`(${sql.join(each, sql` and `)})`;
}

/** Brings a record's document up to date; records without a facet are not searched. */
export function indexRow(work: Work, name: string, row: Row): void {
  if (work.app.registry.search.has(name))
    work.unit.later.follow(documents, `${name} ${String(row["id"])}`, { work, name, row });
}

/**
 * A document as it is stored: its words and nothing else, cut as those of a query are. PostgreSQL would take `INV-000042` for
 * a word and a negative number, and a mail address for one word.
 */
export function storedDocument(title: string, body: string): { title: string; body: string } {
  return { title: allWords(title).join(" "), body: allWords(body).join(" ").slice(0, longest) };
}

/** Takes a record out of the search, as it is deleted. */
export async function unindexRow(work: Work, name: string, id: string): Promise<void> {
  if (!work.app.registry.search.has(name)) return;
  await work.db.deleteFrom("search_documents").where("entity_type", "=", name).where("entity_id", "=", id).execute();
}

/**
 * Ids of the records of one kind that hold all words of the query (the last may be a beginning): the newest, so many at most.
 * For lists, which have an order of their own. The newest stand at one end of SQLite's index, so a word that everything holds
 * costs no more than a rare one.
 */
export async function searchIds(ctx: Ctx, entityType: string, query: string, limit: number): Promise<string[]> {
  const terms = words(query);
  if (terms.length === 0) return [];
  const found =
    ctx.app.database.dialect === "sqlite"
      ? sql`select d.entity_id from search_fts f join search_documents d on d.document_number = f.rowid
          where search_fts match ${sqliteMatch(terms)} and d.tenant_id = ${ctx.tenant.id} and d.entity_type = ${entityType}
          order by f.rowid desc limit ${limit}`
      : sql`select entity_id from newest_documents(${postgresMatch(terms)}, ${entityType}, ${limit})`;
  const { rows } = await (found as RawBuilder<{ entity_id: string }>).execute(ctx.db);
  return rows.map(({ entity_id }) => entity_id);
}

/**
 * Ids of the records of several kinds that hold all words, so many of each: the best first, or, where so many hold them that
 * ranking would take long, the newest. In one look, because ranking is what takes the time. A kind of which nothing is found
 * is absent.
 */
export async function searchKinds(
  ctx: Ctx,
  entityTypes: readonly string[],
  query: string,
  limit: number,
): Promise<Map<string, string[]>> {
  const terms = words(query);
  if (terms.length === 0 || entityTypes.length === 0) return new Map();
  const match = ctx.app.database.dialect === "sqlite" ? sqliteMatch(terms) : postgresMatch(terms);
  if (await areFrequent(ctx, match)) return newestKinds(ctx, entityTypes, terms, match, limit);
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

const sqliteMatch = (terms: readonly string[]): string => terms.map((term) => `"${term}"*`).join(" ");
const postgresMatch = (terms: readonly string[]): string => terms.map((term) => `${term}:*`).join(" & ");

/** How found documents are ranked, and the query that finds them. */
type Found = [rank: RawBuilder<unknown>, found: RawBuilder<unknown>];

function inSqlite(ctx: Ctx, terms: readonly string[]): Found {
  return [
    sql`score`,
    sql`select d.entity_type, d.entity_id, d.document_number, bm25(search_fts, 10.0, 1.0) as score
      from search_fts f join search_documents d on d.document_number = f.rowid
      where search_fts match ${sqliteMatch(terms)} and d.tenant_id = ${ctx.tenant.id}`,
  ];
}

function inPostgres(terms: readonly string[]): Found {
  return [
    sql`score desc`,
    sql`select entity_type, entity_id, document_number, score from found_documents(${postgresMatch(terms)}) where true`,
  ];
}
