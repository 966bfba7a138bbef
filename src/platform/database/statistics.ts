import type { Database as Sqlite } from "bun:sqlite";
import { sql } from "kysely";
import { type ColumnKind, tableNamed } from "./columns.ts";
import type { Db } from "./tables.ts";

/**
 * What SQLite's planner is told of the tables. Left to itself it takes `tenant_id = …`, the first column of every index, for
 * a condition that ten rows meet, and then any index is as good as the next; `ANALYZE` reads every index from end to end and
 * holds writers up meanwhile. So the figures follow from what the columns are: an organization's rows are all rows, an id
 * finds few, a state many. Plans are then the same in every installation, and in tests (decision 0032).
 */
export function describeToPlanner(database: Sqlite): void {
  const wanted = figuresOf(database);
  // Makes the table of figures, which no statement of ours may.
  if (database.query("select 1 from sqlite_schema where name = 'sqlite_stat1'").get() === null)
    database.run("analyze migrations");
  const present = database.query("select tbl, idx, stat from sqlite_stat1 order by idx").all();
  if (Bun.deepEquals(present, wanted)) return;
  database.transaction(() => {
    database.run("delete from sqlite_stat1");
    const add = database.query("insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)");
    for (const { tbl, idx, stat } of wanted) add.run(tbl, idx, stat);
  })();
  database.run("analyze sqlite_schema");
}

/**
 * Says the same of an index over the organization and one expression that has just been made, in the transaction that made
 * it: an index of which nothing is said looks better than all others. Other connections read it with the new schema.
 */
export async function describeIndex(db: Db, table: string, index: string): Promise<void> {
  await sql`insert into sqlite_stat1 (tbl, idx, stat)
    select tbl, ${index}, rows || ' ' || rows || ' ' || ((rows + ${spreads.text - 1}) / ${spreads.text})
      from (select tbl, max(cast(stat as integer)) as rows from sqlite_stat1 where tbl = ${table} group by tbl)
     where not exists (select 1 from sqlite_stat1 where idx = ${index})`.execute(db);
  await sql`analyze sqlite_schema`.execute(db);
}

interface Figures {
  tbl: string;
  idx: string;
  /** How many rows there are, then how many have the same first column, the same first two, and so on. */
  stat: string;
}

interface IndexColumn {
  tbl: string;
  idx: string;
  is_unique: number;
  is_partial: number;
  /** Null where it is an expression. */
  name: string | null;
}

/** The full-text search reads its tables in its own way. */
function figuresOf(database: Sqlite): Figures[] {
  const columns = database
    .query(
      `select t.name as tbl, i.name as idx, i."unique" as is_unique, i.partial as is_partial, c.name as name
         from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
        where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' and t.name not like 'search\\_fts%' escape '\\'
        order by i.name, c.seqno`,
    )
    .all() as IndexColumn[];
  const sizes = new Map<string, number>();
  const rowsOf = (table: string): number => {
    const known = sizes.get(table);
    if (known !== undefined) return known;
    const size = assumedRows(database, table);
    sizes.set(table, size);
    return size;
  };
  return [...Map.groupBy(columns, ({ idx }) => idx).values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const { tbl, idx, is_unique, is_partial } = first;
    const rows = is_partial === 1 ? Math.ceil(rowsOf(tbl) / partialShare) : rowsOf(tbl);
    let left = rows;
    const counts = parts.map(({ name }, at) => {
      const isWhole = is_unique === 1 && at === parts.length - 1;
      left = isWhole ? 1 : Math.max(1, Math.ceil(left / spread(tbl, name, rowsOf)));
      return left;
    });
    return [{ tbl, idx, stat: [rows, ...counts].join(" ") }];
  });
}

/** Indexes over some rows only are made for those that are few. */
const partialShare = 50;

/** A new installation gets the plans of a large one: it may have become one before it is started again. */
const fewestRows = 10_000;
/** What is archived some day (companies, people) is there before its many tickets and hours. */
const fewestKept = 500;
/** Lists that people put in order by hand (states, queues) stay short. */
const fewestInLists = 8;

/** How many rows a table is said to have: by powers of four, so that it seldom changes. */
function assumedRows(database: Sqlite, table: string): number {
  const last = database.query(`select max(rowid) as number from "${table}"`).get() as { number: number | null };
  const { sort_order, archived_at, deactivated_at } = tableNamed(table)?.columns ?? {};
  const isKept = archived_at !== undefined || deactivated_at !== undefined;
  const fewest = sort_order !== undefined ? fewestInLists : isKept ? fewestKept : fewestRows;
  return 4 ** Math.ceil(Math.log(Math.max(fewest, last.number ?? 0)) / Math.log(4));
}

/** References are not spread evenly: few companies have most of the tickets. */
const unevenness = 2;

/** Among how many values the rows of a table are spread by a column, roughly. */
function spread(table: string, name: string | null, rowsOf: (table: string) => number): number {
  if (name === "tenant_id") return 1;
  if (name === "id") return rowsOf(table);
  const column = name === null ? undefined : tableNamed(table)?.columns[name];
  if (column?.references != null && tableNamed(column.references) !== undefined)
    return rowsOf(column.references) / unevenness;
  const kind: ColumnKind = column?.kind ?? (name?.endsWith("_id") === true ? "id" : "text");
  return spreads[kind];
}

const spreads: Record<ColumnKind, number> = {
  id: 500,
  text: 50,
  enum: 4,
  integer: 20,
  boolean: 2,
  instant: 2000,
  date: 400,
  time: 400,
  decimal: 100,
  money: 500,
  json: 100,
};
