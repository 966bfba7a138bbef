import { sql } from "kysely";
import type { Work } from "../context.ts";
import { describeIndex } from "../database/statistics.ts";
import { keyPattern } from "./query.ts";
import type { Definition } from "./schema.ts";

/**
 * On SQLite a field that is filtered by its value has an index of its own, made with the field. On PostgreSQL none would be
 * used: row-level security lets no JSON operator near an index (`docs/decisions/` says more).
 */
export async function makeIndex(work: Work, field: Definition): Promise<void> {
  if (work.app.database.dialect !== "sqlite" || !isIndexed(field)) return;
  const name = nameOf(field);
  const value = `json_extract(custom_fields, '$.${field.field_key}')`;
  const compared = field.field_type === "number" ? `cast(${value} as real)` : value;
  await sql.raw(`create index if not exists ${name} on ${field.entity_type} (tenant_id, ${compared})`).execute(work.db);
  await describeIndex(work.db, field.entity_type, name);
}

/** Takes a field's index away again, with the field. */
export async function dropIndex(work: Work, field: Definition): Promise<void> {
  if (work.app.database.dialect !== "sqlite") return;
  await sql.raw(`drop index if exists ${nameOf(field)}`).execute(work.db);
}

/** Long texts are found by words, and several choices are looked for inside of a list. */
function isIndexed({ field_type }: Definition): boolean {
  return field_type !== "long_text" && field_type !== "choices";
}

function nameOf({ entity_type, field_key }: Definition): string {
  if (!keyPattern.test(field_key) || !keyPattern.test(entity_type))
    throw new Error("a field's key has other characters");
  return `custom_${entity_type}_${field_key}`;
}
