import { type Kysely, sql } from "kysely";

/**
 * What migrations are written with: tables in words that mean the same on both databases. Frozen by nature: a migration
 * that has been released never changes, so nothing here may change the meaning of an existing word.
 *
 * A column is `"type"`, `"type?"` (may be null), `"type = default"`, `"type -> table"` (a reference), or
 * `"type -> table later"` for a reference whose table a later migration makes and closes with `addReferences`.
 */
export interface TableSpec {
  columns: Record<string, string>;
  /** Adds id, version, created_at and updated_at. Otherwise `primaryKey` names the key. */
  isRecord?: boolean;
  primaryKey?: string[];
  unique?: string[][];
  indexes?: string[][];
  /** Outside tenancy: no tenant_id, no row-level security. */
  isPlatform?: boolean;
  /** The serving role may add and read rows, never change or delete them. */
  isAppendOnly?: boolean;
}

export interface Schema {
  readonly dialect: "sqlite" | "postgres";
  readonly db: Kysely<unknown>;
  createTables(tables: Record<string, TableSpec>): Promise<void>;
  /** Adds columns to a table that is there; what may not be null needs a default. */
  addColumns(table: string, columns: Record<string, string>): Promise<void>;
  /** Closes references that were declared `later`, or that a column did not have so far: `[table, column, target]`. */
  addReferences(references: [string, string, string][]): Promise<void>;
  /** From now on every change of these tables raises `tenants.configuration_version` of the organization they belong to. */
  watchConfiguration(tables: string[]): Promise<void>;
  run(statement: string): Promise<void>;
  /** Row-level security and rights for a table that was made by `run`. */
  secure(table: string): Promise<void>;
  /** The right to call a function that was made by `run`, for the serving role alone. */
  secureFunction(signature: string): Promise<void>;
}

const types: Record<string, { sqlite: string; postgres: string }> = {
  uuid: { sqlite: "text", postgres: "uuid" },
  text: { sqlite: "text", postgres: "text" },
  integer: { sqlite: "integer", postgres: "integer" },
  boolean: { sqlite: "integer", postgres: "boolean" },
  instant: { sqlite: "text", postgres: "timestamptz(3)" },
  date: { sqlite: "text", postgres: "date" },
  time: { sqlite: "text", postgres: "text" },
  decimal: { sqlite: "text", postgres: "numeric" },
  money: { sqlite: "integer", postgres: "bigint" },
  json: { sqlite: "text", postgres: "jsonb" },
};

interface ColumnSpec {
  type: string;
  isNullable: boolean;
  defaultText: string | null;
  target: string | null;
  isLater: boolean;
}

function parse(text: string): ColumnSpec {
  const match = /^(\w+)(\?)?(?: = (.*?))?(?: -> (\w+)( later)?)?$/.exec(text);
  if (match === null) throw new Error(`cannot read the column "${text}"`);
  const [, type = "", nullable, defaultText = null, target = null, later] = match;
  if (types[type] === undefined) throw new Error(`unknown column type ${type}`);
  return { type, isNullable: nullable !== undefined, defaultText, target, isLater: later !== undefined };
}

function literal(spec: ColumnSpec, dialect: "sqlite" | "postgres"): string {
  const text = spec.defaultText ?? "";
  if (spec.type === "boolean") return dialect === "sqlite" ? (text === "true" ? "1" : "0") : text;
  if (spec.type === "integer" || spec.type === "money") return text;
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * What a migration gets, on one of the databases.
 *
 * @param servingRole on PostgreSQL the role that gets rights on what is made; null where nobody else is to have any
 */
export function schemaOf(db: Kysely<unknown>, dialect: "sqlite" | "postgres", servingRole: string | null): Schema {
  const run = async (statement: string): Promise<void> => {
    await sql.raw(statement).execute(db);
  };

  function columnLine(column: string, parsed: ColumnSpec): string {
    const type = types[parsed.type]?.[dialect];
    const fallback = parsed.defaultText === null ? "" : ` default ${literal(parsed, dialect)}`;
    return `${column} ${type}${parsed.isNullable ? "" : " not null"}${fallback}`;
  }

  function createTable(name: string, spec: TableSpec): string[] {
    const tenant = spec.isPlatform ? [] : ["tenant_id"];
    const key = spec.isRecord ? ["id"] : (spec.primaryKey ?? []);
    if (key.length === 0) throw new Error(`${name} has no primary key`);
    const columns: Record<string, string> = {
      ...(spec.isRecord ? { id: "uuid" } : {}),
      ...(spec.isPlatform ? {} : { tenant_id: "uuid -> tenants" }),
      ...spec.columns,
      ...(spec.isRecord ? { version: "integer = 1", created_at: "instant", updated_at: "instant" } : {}),
    };
    const lines: string[] = [];
    const after: string[] = [];
    for (const [column, text] of Object.entries(columns)) {
      const parsed = parse(text);
      lines.push(columnLine(column, parsed));
      if (parsed.target === null) continue;
      if (dialect === "sqlite") lines.push(foreignKey(column, parsed.target));
      else if (!parsed.isLater) after.push(addForeignKey(name, column, parsed.target));
    }
    lines.push(`primary key (${[...tenant, ...key].join(", ")})`);
    for (const unique of spec.unique ?? []) lines.push(`unique (${[...tenant, ...unique].join(", ")})`);
    const statements = [
      // Constraints come after all columns in SQLite.
      `create table ${name} (\n  ${[...lines.filter(isColumn), ...lines.filter((line) => !isColumn(line))].join(",\n  ")}\n)${dialect === "sqlite" ? " strict" : ""}`,
    ];
    for (const index of spec.indexes ?? []) {
      statements.push(`create index ${name}_${index.join("_")} on ${name} (${[...tenant, ...index].join(", ")})`);
    }
    if (dialect === "postgres") statements.push(...security(name, spec, servingRole));
    return [...statements, ...after.map((statement) => `\u0000${statement}`)];
  }

  async function addReferences(table: string, references: (readonly [string, string])[]): Promise<void> {
    if (dialect === "sqlite") await addSqliteReferences(db, table, references);
    else for (const [column, target] of references) await run(addForeignKey(table, column, target));
  }

  return {
    dialect,
    db,
    run,
    secure: async (table) => {
      if (dialect === "sqlite") return;
      for (const statement of security(table, { columns: {} }, servingRole)) await run(statement);
    },
    secureFunction: async (signature) => {
      if (dialect === "sqlite" || servingRole === null) return;
      await run(`revoke all on function ${signature} from public`);
      await run(`grant execute on function ${signature} to "${servingRole.replaceAll('"', '""')}"`);
    },
    createTables: async (tables) => {
      const statements = Object.entries(tables).flatMap(([name, spec]) => createTable(name, spec));
      // References between tables made together wait until all of them exist.
      for (const statement of statements.filter((text) => !text.startsWith("\u0000"))) await run(statement);
      for (const statement of statements.filter((text) => text.startsWith("\u0000"))) await run(statement.slice(1));
    },
    addColumns: async (table, columns) => {
      const parsed = Object.entries(columns).map(([name, text]) => [name, parse(text)] as const);
      for (const [name, spec] of parsed) await run(`alter table ${table} add column ${columnLine(name, spec)}`);
      const references = parsed.flatMap(([name, { target }]) => (target === null ? [] : [[name, target] as const]));
      await addReferences(table, references);
    },
    watchConfiguration: async (tables) => {
      if (dialect === "postgres") await run(configurationFunction);
      for (const table of tables) for (const statement of configurationTriggers(table, dialect)) await run(statement);
    },
    addReferences: async (references) => {
      for (const [table, column, target] of references) await addReferences(table, [[column, target]]);
    },
  };
}

/** Whose row it was; what the migrator changes belongs to whom the row says, for it sees all of them. */
const configurationFunction = `create or replace function raise_configuration_version() returns trigger language plpgsql as $$
begin
  update tenants set configuration_version = configuration_version + 1
    where id = (coalesce(to_jsonb(new), to_jsonb(old)) ->> tg_argv[0])::uuid;
  return null;
end $$`;

/** Of `tenants` only what somebody changes counts, not the version that a trigger raises. */
function configurationTriggers(table: string, dialect: "sqlite" | "postgres"): string[] {
  const isTenants = table === "tenants";
  const owner = isTenants ? "id" : "tenant_id";
  const events = isTenants ? ["update"] : ["insert", "update", "delete"];
  if (dialect === "postgres") {
    const when = isTenants ? " when (pg_trigger_depth() = 0)" : "";
    return [
      `create trigger ${table}_configuration after ${events.join(" or ")} on ${table}
        for each row${when} execute function raise_configuration_version('${owner}')`,
    ];
  }
  return events.map(
    (event) => `create trigger ${table}_configuration_${event} after ${event} on ${table} begin
      update tenants set configuration_version = configuration_version + 1 where id = ${event === "delete" ? "old" : "new"}.${owner};
    end`,
  );
}

const isColumn = (line: string): boolean => !/^(foreign key|primary key|unique) /.test(line);

function foreignKey(column: string, target: string): string {
  return target === "tenants"
    ? `foreign key (${column}) references tenants (id)`
    : `foreign key (tenant_id, ${column}) references ${target} (tenant_id, id)`;
}

function addForeignKey(table: string, column: string, target: string): string {
  return `alter table ${table} add constraint ${table}_${column}_fk ${foreignKey(column, target)}`;
}

/**
 * SQLite cannot add a foreign key to a table that is there: the table is made anew with it, filled, and put in the old
 * one's place, with its indexes and triggers. The migrator has foreign keys off meanwhile and checks all of them at the end.
 */
async function addSqliteReferences(
  db: Kysely<unknown>,
  table: string,
  references: (readonly [string, string])[],
): Promise<void> {
  const { rows: parts } = await sql<{ type: string; sql: string | null }>`
    select type, sql from sqlite_schema where tbl_name = ${table} order by type = 'table' desc, rowid`.execute(db);
  const { rows: known } = await sql<{ from: string }>`select "from" from pragma_foreign_key_list(${table})`.execute(db);
  const missing = references.filter(([column]) => !known.some((one) => one.from === column));
  const [made, ...others] = parts.flatMap((part) => part.sql ?? []);
  if (made === undefined) throw new Error(`there is no table ${table}`);
  if (missing.length === 0) return;
  const end = made.lastIndexOf(")");
  const keys = missing.map(([column, target]) => `,\n  ${foreignKey(column, target)}`).join("");
  const statements = [
    `create table ${table}_anew ${made.slice(made.indexOf("("), end).trimEnd()}${keys}\n${made.slice(end)}`,
    `insert into ${table}_anew select * from ${table}`,
    `drop table ${table}`,
    `alter table ${table}_anew rename to ${table}`,
    ...others,
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** Row-level security, forced also on the owner, and what the serving role may do. */
function security(name: string, spec: TableSpec, servingRole: string | null): string[] {
  const statements: string[] = [];
  if (!spec.isPlatform) {
    const condition = "tenant_id = nullif(current_setting('app.current_tenant', true), '')::uuid";
    statements.push(
      `alter table ${name} enable row level security`,
      `alter table ${name} force row level security`,
      `create policy tenant_isolation on ${name} using (${condition}) with check (${condition})`,
    );
  }
  if (servingRole !== null) {
    const rights = spec.isAppendOnly ? "select, insert" : "select, insert, update, delete";
    statements.push(`grant ${rights} on ${name} to "${servingRole.replaceAll('"', '""')}"`);
  }
  return statements;
}
