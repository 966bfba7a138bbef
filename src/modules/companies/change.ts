import { find } from "../../platform/access/reach.ts";
import type { Work } from "../../platform/context.ts";
import type { Patch, RowOf, Table } from "../../platform/database/columns.ts";
import { update } from "../../platform/database/records.ts";
import { tagChange } from "../../platform/tags.ts";
import { type ClientTable, tellChange } from "./events.ts";
import { type companies, contacts, type sites } from "./schema.ts";
import { followAddress } from "./sign-in-address.ts";

type Row = Readonly<Record<string, unknown>>;

/** Columns that say nothing to others. */
const unsaid = new Set(["id", "tenant_id", "version", "created_at", "updated_at", "name_key"]);

/**
 * Changes a company, a contact or a site and tells what has changed: the one way in which they are written after they were
 * made. Where a contact's address goes, the one that they sign in with goes along. Setting `archived_at` tells that it was archived, or restored.
 */
export async function changeClient<T extends typeof companies | typeof contacts | typeof sites>(
  work: Work,
  table: T,
  id: string,
  patch: Patch<T>,
  given: { version?: number | undefined; tags?: readonly string[] | undefined } = {},
): Promise<RowOf<T>> {
  const name = table.name as ClientTable;
  const before = (await find(work, name, id)) as Row;
  const { tags } = given;
  const areTagsChanged = tags !== undefined && (await tagChange(work, name, id, tags)) !== null;
  const row = await update(work, table, id, { ...patch, tags }, given.version);
  const isContact = (table as Table) === contacts;
  if (isContact && before["email"] !== (row as Row)["email"]) await followAddress(work, row as RowOf<typeof contacts>);
  const changed = [...changedFields(table, before, row as Row), ...(areTagsChanged ? ["tags"] : [])];
  const others = changed.filter((field) => field !== "archived_at");
  if (others.length > 0) await tellChange(work, name, "updated", row as Row, others);
  if (others.length < changed.length)
    await tellChange(work, name, (row as Row)["archived_at"] === null ? "restored" : "archived", row as Row);
  return row;
}

/** The fields in which two states of a record differ; of custom fields each by itself. */
function changedFields(table: Table, before: Row, after: Row): string[] {
  return Object.keys(table.columns).flatMap((name) => {
    if (unsaid.has(name) || Bun.deepEquals(before[name], after[name])) return [];
    if (name !== "custom_fields") return [name];
    const [old, now] = [(before[name] ?? {}) as Row, (after[name] ?? {}) as Row];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])]
      .filter((key) => !Bun.deepEquals(old[key], now[key]))
      .map((key) => `custom_fields.${key}`);
  });
}
