import { sql } from "kysely";
import type { Ctx } from "../../context.ts";
import { customFieldTables } from "../../custom-fields/definitions.ts";
import { keyPattern } from "../../custom-fields/query.ts";
import type { FieldType } from "../../custom-fields/schema.ts";
import { allTables, type Table } from "../columns.ts";

/**
 * Everything that may refer to a record, found by looking at all tables that the program has stated: a table that is added
 * later is covered by itself.
 */
export type Reference =
  /** A column that names the table: `tickets.company_id`. */
  | { how: "column"; table: Table; column: string }
  /** A row of a table about records of any kind: a tag, a mail. */
  | { how: "entity"; table: Table }
  /** A custom field that holds the record's id. */
  | { how: "custom"; table: Table; key: string }
  /** A text that holds addresses, with ids among other words: the filters of a saved view. */
  | { how: "text"; table: Table; column: string };

const texts: Readonly<Record<string, string>> = { saved_views: "view_query" };

/** What tells of the past: it stays with the record that it happened to. Search documents are written anew. */
const history: ReadonlySet<string> = new Set(["audit_log", "import_rows", "search_documents"]);

/** Everywhere that a company, contact or site can be named: what a merge leads over to the record that is kept. */
export async function referencesTo(ctx: Ctx, target: "companies" | "contacts" | "sites"): Promise<Reference[]> {
  const found: Reference[] = [];
  for (const table of allTables()) {
    if (table.isPlatform) continue;
    for (const [column, { references }] of Object.entries(table.columns))
      if (references === target) found.push({ how: "column", table, column });
    const { columns, name } = table;
    const text = texts[name];
    if (text !== undefined) found.push({ how: "text", table, column: text });
    if (columns["entity_type"] !== undefined && columns["entity_id"] !== undefined && !history.has(name))
      found.push({ how: "entity", table });
  }
  const type: FieldType | null = target === "companies" ? "company" : target === "contacts" ? "contact" : null;
  if (type === null) return found;
  const fields = await ctx.db
    .selectFrom("custom_field_definitions")
    .select(["entity_type", "field_key"])
    .where("field_type", "=", type)
    .execute();
  for (const { entity_type, field_key } of fields) {
    const table = customFieldTables().find((one) => one.name === entity_type);
    if (table !== undefined && keyPattern.test(field_key)) found.push({ how: "custom", table, key: field_key });
  }
  return found;
}

/** The condition, in SQL, that a row of the reference's table refers to a record. */
export function refersTo(ctx: Ctx, reference: Reference, target: string, id: string): ReturnType<typeof sql<boolean>> {
  const { name } = reference.table;
  if (reference.how === "column") return sql<boolean>`${sql.ref(`${name}.${reference.column}`)} = ${id}`;
  if (reference.how === "entity")
    return sql<boolean>`${sql.ref(`${name}.entity_type`)} = ${target} and ${sql.ref(`${name}.entity_id`)} = ${id}`;
  if (reference.how === "text") return sql<boolean>`${sql.ref(`${name}.${reference.column}`)} like ${`%${id}%`}`;
  const values = sql.ref(`${name}.custom_fields`);
  return ctx.app.database.dialect === "sqlite"
    ? sql<boolean>`json_extract(${values}, ${sql.lit(`$.${reference.key}`)}) = ${id}`
    : sql<boolean>`${values} ->> ${sql.lit(reference.key)} = ${id}`;
}
