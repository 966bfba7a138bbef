/** What a migrated database says of itself, in one form for both databases. */
import { Database as Sqlite } from "bun:sqlite";
import type { TestProgram } from "./program.ts";

/** What stands outside tenancy, and nothing else may. */
export const platformTables: ReadonlySet<string> = new Set([
  "tenants",
  "tenant_domains",
  "migrations",
  "leases",
  "rate_limits",
  "installation",
  "tenant_keys",
  "tenant_work",
  "tenant_tasks",
  "tenant_usage",
  "domain_claims",
  "operators",
  "operator_recovery_codes",
  "operator_sessions",
  "operator_api_keys",
  "operator_challenges",
  "operator_links",
  "operator_passkeys",
  "operator_passkey_challenges",
  "operator_log",
]);

export interface CatalogColumn {
  /** The database's own name of the type, lower case. */
  type: string;
  isNullable: boolean;
}

export interface CatalogTable {
  name: string;
  columns: Map<string, CatalogColumn>;
  primaryKey: string[];
  uniqueKeys: string[][];
  foreignKeys: { columns: string[]; target: string; onDelete: string }[];
}

/** The tables of the test's database; what SQLite keeps for full-text search by itself is left out. */
export async function readCatalog(t: TestProgram): Promise<CatalogTable[]> {
  return t.raw.sqlitePath === "" ? postgresCatalog(t.raw.ownerUrl) : sqliteCatalog(t.raw.sqlitePath);
}

function sqliteCatalog(path: string): CatalogTable[] {
  const db = new Sqlite(path, { readonly: true });
  const rows = <R>(text: string, ...values: string[]): R[] => db.query(text).all(...values) as R[];
  const names = rows<{ name: string }>(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'search_fts%' order by name",
  );
  const catalog = names.map(({ name }): CatalogTable => {
    const columns = rows<{ name: string; type: string; notnull: number; pk: number }>(
      "select * from pragma_table_info(?)",
      name,
    );
    const indexes = rows<{ name: string; unique: number; origin: string }>("select * from pragma_index_list(?)", name);
    const columnsOf = (index: string): string[] =>
      rows<{ name: string }>("select name from pragma_index_info(?) order by seqno", index).map((row) => row.name);
    const foreign = rows<{ id: number; from: string; table: string; on_delete: string }>(
      "select * from pragma_foreign_key_list(?) order by id, seq",
      name,
    );
    return {
      name,
      columns: new Map(
        columns.map((column) => [column.name, { type: column.type.toLowerCase(), isNullable: column.notnull === 0 }]),
      ),
      primaryKey: columns
        .filter((column) => column.pk > 0)
        .toSorted((a, b) => a.pk - b.pk)
        .map((column) => column.name),
      uniqueKeys: indexes
        .filter((index) => index.unique === 1 && index.origin !== "pk")
        .map((index) => columnsOf(index.name)),
      foreignKeys: [...Map.groupBy(foreign, (row) => row.id).values()].map((parts) => ({
        columns: parts.map((part) => part.from),
        target: parts[0]?.table ?? "",
        onDelete: (parts[0]?.on_delete ?? "").toLowerCase(),
      })),
    };
  });
  db.close();
  return catalog;
}

interface Constraint {
  table_name: string;
  kind: "p" | "u" | "f" | "i";
  columns: string[];
  target: string | null;
  on_delete: string;
}

const deleteRules: Record<string, string> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

async function postgresCatalog(url: string): Promise<CatalogTable[]> {
  const { Client } = await import("pg");
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: columns } = await client.query<{
    table_name: string;
    column_name: string;
    type: string;
    is_nullable: boolean;
  }>(`
    select c.relname as table_name, a.attname as column_name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as is_nullable
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`);
  // Unique indexes without a constraint count as unique keys as well.
  const { rows: constraints } = await client.query<Constraint>(`
    select c.relname as table_name, k.contype as kind, t.relname as target, k.confdeltype as on_delete,
      array(select a.attname::text from unnest(k.conkey) with ordinality as n(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.number order by n.place) as columns
    from pg_constraint k join pg_class c on c.oid = k.conrelid left join pg_class t on t.oid = k.confrelid
    where c.relnamespace = 'public'::regnamespace and k.contype in ('p', 'u', 'f')
    union all
    select c.relname, 'i', null, '', array(select a.attname::text from unnest(i.indkey) with ordinality as n(number, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = n.number order by n.place)
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and i.indisunique and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`);
  await client.end();
  return [...Map.groupBy(columns, (column) => column.table_name)].map(([name, own]) => {
    const mine = constraints.filter((constraint) => constraint.table_name === name);
    return {
      name,
      columns: new Map(
        own.map((column) => [column.column_name, { type: column.type, isNullable: column.is_nullable }]),
      ),
      primaryKey: mine.find((constraint) => constraint.kind === "p")?.columns ?? [],
      uniqueKeys: mine
        .filter((constraint) => constraint.kind === "u" || constraint.kind === "i")
        .map((constraint) => constraint.columns),
      foreignKeys: mine
        .filter((constraint) => constraint.kind === "f")
        .map((constraint) => ({
          columns: constraint.columns,
          target: constraint.target ?? "",
          onDelete: deleteRules[constraint.on_delete] ?? "",
        })),
    };
  });
}
