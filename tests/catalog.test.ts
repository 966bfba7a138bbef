import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { sealedColumns } from "../src/platform/crypto/reseal.ts";
import type { Column, Table } from "../src/platform/database/columns.ts";
import { statedTables } from "./support/all-tables.ts";
import { type CatalogTable, platformTables, readCatalog } from "./support/catalog.ts";
import { startTestProgram, type TestProgram } from "./support/program.ts";

/** Made by the migrator itself, so no module states it. */
const unstated = new Set(["migrations"]);

let t: TestProgram;
let catalog: CatalogTable[];
let stated: Table[];

beforeAll(async () => {
  t = await startTestProgram();
  catalog = await readCatalog(t);
  stated = await statedTables();
});
afterAll(() => t.close());

const tenantTables = (): CatalogTable[] => catalog.filter((table) => !platformTables.has(table.name));

describe("every table of a tenant", () => {
  test("says whose each row is", () => {
    const without = tenantTables().filter((table) => table.columns.get("tenant_id")?.isNullable !== false);
    expect(without.map((table) => table.name)).toEqual([]);
    expect(tenantTables().length).toBeGreaterThan(30);
  });

  test("has keys that start with the tenant, so that nothing is unique or found across tenants", () => {
    const wrong = tenantTables().flatMap((table) => {
      // SQLite's full-text search needs a whole number as the key of what it indexes; the record's own key is unique.
      const keys =
        table.name === "search_documents" && table.primaryKey[0] === "document_number"
          ? table.uniqueKeys
          : [table.primaryKey, ...table.uniqueKeys];
      return keys.filter((key) => key[0] !== "tenant_id").map((key) => `${table.name} (${key.join(", ")})`);
    });
    expect(wrong).toEqual([]);
  });

  test("refers to rows of its own tenant only", () => {
    const wrong = tenantTables().flatMap((table) =>
      table.foreignKeys
        .filter(
          ({ columns, target }) => columns[0] !== "tenant_id" || (columns.length === 1) !== (target === "tenants"),
        )
        .map(({ columns, target }) => `${table.name} (${columns.join(", ")}) -> ${target}`),
    );
    expect(wrong).toEqual([]);
    const loose = tenantTables().filter((table) => !table.foreignKeys.some(({ target }) => target === "tenants"));
    expect(loose.map((table) => table.name)).toEqual([]);
  });
});

test("nothing is deleted or emptied because something else was deleted", () => {
  const wrong = catalog.flatMap((table) =>
    table.foreignKeys
      .filter(({ onDelete }) => onDelete !== "no action" && onDelete !== "restrict")
      .map(({ columns }) => `${table.name} (${columns.join(", ")})`),
  );
  expect(wrong).toEqual([]);
});

describe("what the code states of a table is what the database has:", () => {
  const pairs = (): [Table, CatalogTable][] =>
    stated.flatMap((table) =>
      catalog.filter(({ name }) => name === table.name).map((found): [Table, CatalogTable] => [table, found]),
    );

  test("each table, on both sides", () => {
    const here = stated.map((table) => table.name).toSorted();
    const there = catalog
      .map((table) => table.name)
      .filter((name) => !unstated.has(name))
      .toSorted();
    expect(here).toEqual(there);
    expect(
      stated
        .filter((table) => table.isPlatform)
        .map((table) => table.name)
        .toSorted(),
    ).toEqual([...platformTables].filter((name) => !unstated.has(name)).toSorted());
  });

  test("the columns", () => {
    for (const [table, found] of pairs()) {
      const own = [...found.columns.keys()].filter((name) => !isGenerated(table.name, name));
      expect({ table: table.name, columns: Object.keys(table.columns).toSorted() }).toEqual({
        table: table.name,
        columns: own.toSorted(),
      });
    }
  });

  test("what may be missing", () => {
    const wrong = pairs().flatMap(([table, found]) =>
      Object.entries(table.columns)
        .filter(([name, column]) => found.columns.get(name)?.isNullable !== column.isNullable)
        .map(([name]) => `${table.name}.${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the kinds of values", () => {
    const dialect = t.app.database.dialect;
    const wrong = pairs().flatMap(([table, found]) =>
      Object.entries(table.columns)
        .filter(([name, column]) => found.columns.get(name)?.type !== storedType(column, dialect))
        .map(
          ([name, column]) =>
            `${table.name}.${name}: ${column.kind} is stored as ${found.columns.get(name)?.type ?? "nothing"}`,
        ),
    );
    expect(wrong).toEqual([]);
  });

  test("the references", () => {
    const wrong = pairs().flatMap(([table, found]) => {
      const real = found.foreignKeys
        .filter(({ target }) => target !== "tenants")
        .map(({ columns, target }) => `${table.name}.${columns.at(-1) ?? ""} -> ${target}`);
      const said = Object.entries(table.columns)
        .filter(([, column]) => column.references !== null && column.references !== "tenants")
        .map(([name, column]) => `${table.name}.${name} -> ${column.references ?? ""}`);
      return [
        ...said.filter((one) => !real.includes(one)).map((one) => `only stated: ${one}`),
        ...real.filter((one) => !said.includes(one)).map((one) => `only in the database: ${one}`),
      ];
    });
    expect(wrong).toEqual([]);
  });

  test("ids that no foreign key holds, each for a reason: no other column may name a row of another organization", () => {
    const found = stated
      .filter(({ isPlatform }) => !isPlatform)
      .flatMap(({ name, columns }) =>
        Object.entries(columns).flatMap(([column, { kind, references }]) =>
          kind === "id" && references === null && column !== "id" && column !== "tenant_id"
            ? [`${name}.${column}`]
            : [],
        ),
      );
    expect(found.toSorted()).toEqual(Object.values(withoutForeignKey).flat().toSorted());
  });

  test("money never without its currency", () => {
    const wrong = stated.filter(
      (table) =>
        Object.values(table.columns).some((column) => column.kind === "money") &&
        table.columns["currency"] === undefined,
    );
    expect(wrong.map((table) => table.name)).toEqual([]);
  });
});

/** Ids without a foreign key. What they name is looked for by `reach` or with the tenant's own handle, which finds nothing else. */
const withoutForeignKey = {
  "one of several tables, which another column names": [
    "audit_log.entity_id",
    "bulk_items.entity_id",
    "distinct_pairs.first_id",
    "distinct_pairs.second_id",
    "external_ids.entity_id",
    "import_rows.entity_id",
    "mails.entity_id",
    "record_tags.entity_id",
    "search_documents.entity_id",
  ],
  "what may be cleared away before the row that names it": [
    "events.import_batch_id",
    "events.user_id",
    "notifications.event_id",
    "refresh_tokens.replaced_by_id",
    "webhook_deliveries.event_id",
  ],
  "tables to come (decision 0003)": [
    "companies.sla_id",
    "contracts.sla_id",
    "invoice_lines.project_id",
    "notifications.template_id",
    "tickets.asset_id",
    "tickets.sla_id",
    "time_entries.project_id",
    "time_entries.task_id",
  ],
};

/** Columns that the database makes by itself. */
function isGenerated(table: string, column: string): boolean {
  return table === "search_documents" && (column === "document_number" || column === "words");
}

function storedType(column: Column, dialect: "sqlite" | "postgres"): string {
  const sqlite: Partial<Record<Column["kind"], string>> = { integer: "integer", boolean: "integer", money: "integer" };
  if (dialect === "sqlite") return sqlite[column.kind] ?? "text";
  const postgres: Record<Column["kind"], string> = {
    id: "uuid",
    text: "text",
    enum: "text",
    time: "text",
    integer: "integer",
    boolean: "boolean",
    instant: "timestamp(3) with time zone",
    date: "date",
    decimal: "numeric",
    money: "bigint",
    json: "jsonb",
  };
  return postgres[column.kind];
}

test("every sealed column says what it was sealed for, so that a new key can seal it anew", () => {
  const known = new Set(sealedColumns().map(({ table, column }) => `${table.name}.${column}`));
  // What the installation keeps of its operators is sealed by the master key, not by an organization's.
  const own = stated.filter(({ isPlatform }) => !isPlatform);
  const sealed = own.flatMap((table) =>
    Object.keys(table.columns).flatMap((name) => (name.endsWith("_sealed") ? [`${table.name}.${name}`] : [])),
  );
  expect(sealed.filter((name) => !known.has(name))).toEqual([]);
  expect(sealed.length).toBeGreaterThan(2);
});
