import type { Ctx, Work } from "./context.ts";
import { col, link, table } from "./database/columns.ts";
import type { TableType } from "./database/tables.ts";

/** Tags of any record: the specification's `tags: String[]`, kept as rows and shown as a list. */
export const recordTags = table(
  "record_tags",
  { ...link, entity_type: col.text(), entity_id: col.id(), tag: col.text({ maxLength: 50 }) },
  { isAudited: false },
);

declare module "./database/tables.ts" {
  interface Tables {
    record_tags: TableType<typeof recordTags>;
  }
}

/** The tags of a page of records, in the order of the records. */
export async function tagsOf(ctx: Ctx, entityType: string, ids: readonly string[]): Promise<string[][]> {
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .selectFrom("record_tags")
    .select(["entity_id", "tag"])
    .where("entity_type", "=", entityType)
    .where("entity_id", "in", [...ids])
    .orderBy("tag")
    .execute();
  return ids.map((id) => rows.filter((row) => row.entity_id === id).map((row) => row.tag));
}

/** Sets the tags of a record: lower case, each once, blanks left out. */
export async function setTags(work: Work, entityType: string, id: string, tags: readonly string[]): Promise<void> {
  const wanted = [...new Set(tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== ""))];
  await work.db.deleteFrom("record_tags").where("entity_type", "=", entityType).where("entity_id", "=", id).execute();
  if (wanted.length === 0) return;
  await work.db
    .insertInto("record_tags")
    .values(wanted.map((tag) => ({ entity_type: entityType, entity_id: id, tag: tag.slice(0, 50) })))
    .execute();
}

/** Tags as people type them into one field: separated by commas. */
export function splitTags(text: string): string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
