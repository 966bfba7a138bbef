import { type RawBuilder, sql } from "kysely";
import type { Ctx, Work } from "./context.ts";
import { col, link, record, table } from "./database/columns.ts";
import type { TableType } from "./database/tables.ts";
import type { ListFilter } from "./http/lists/list.ts";
import { runOnceBuilt } from "./database/once.ts";
import { newId } from "./ids.ts";
import { t } from "./language/index.ts";

/** The tags that an organization uses, each once: they come up when they are first set (PRD 3.3.1 "Tags and categories"). */
export const tags = table(
  "tags",
  {
    ...record,
    /** Lower case, without commas and semicolons. */
    name: col.text({ maxLength: 50 }),
    color: col.maybe.text({ format: "color", label: "Colour" }),
  },
  { readPermission: "staff" },
);

/** Tags of any record: the specification's `tags: String[]`, kept as rows and shown as a list. */
export const recordTags = table(
  "record_tags",
  { ...link, entity_type: col.text(), entity_id: col.id(), tag: col.text({ maxLength: 50 }) },
  { isAudited: false, readPermission: "nobody" },
);

declare module "./database/tables.ts" {
  interface Tables {
    record_tags: TableType<typeof recordTags>;
    tags: TableType<typeof tags>;
  }
}

/** The tags of a page of records, in the order of the records. */
export async function tagsOf(ctx: Ctx, entityType: string, ids: readonly string[]): Promise<string[][]> {
  if (ids.length === 0) return [];
  const rows = await runOnceBuilt(ctx, "tags", { entityType, ids }, (given) =>
    ctx.db
      .selectFrom("record_tags")
      .select(["entity_id", "tag"])
      .where("entity_type", "=", given.entityType)
      .where("entity_id", "in", [...given.ids]),
  );
  // Put in order here: for a hundred records SQLite would rather read all tags that there are in the order of an index.
  const byRecord = Map.groupBy(rows, (row) => row.entity_id);
  return ids.map((id) => (byRecord.get(id) ?? []).map((row) => row.tag).toSorted());
}

/** The tags of a record before a change of them and after it. */
export interface TagChange {
  was: string[];
  is: string[];
}

/** What would change if a record got these tags (lower case, each once, blanks left out); null: nothing. */
export async function tagChange(
  ctx: Ctx,
  entityType: string,
  id: string,
  given: readonly string[],
): Promise<TagChange | null> {
  const names = given
    .flatMap(splitTags)
    .map(tagName)
    .filter((tag) => tag !== "");
  const is = [...new Set(names)].toSorted();
  const [was = []] = await tagsOf(ctx, entityType, [id]);
  return was.join() === is.join() ? null : { was, is };
}

/**
 * Sets the tags of a record; those that are new become known. Whoever writes records does it by `insert`, `update` and `remove`,
 * which also put it into the audit log and give the record another version.
 */
export async function setTags(
  work: Work,
  entityType: string,
  id: string,
  given: readonly string[],
): Promise<TagChange | null> {
  const change = await tagChange(work, entityType, id, given);
  if (change === null) return null;
  await work.db.deleteFrom("record_tags").where("entity_type", "=", entityType).where("entity_id", "=", id).execute();
  if (change.is.length === 0) return change;
  await work.db
    .insertInto("record_tags")
    .values(change.is.map((tag) => ({ entity_type: entityType, entity_id: id, tag })))
    .execute();
  const now = work.app.clock.now();
  await work.db
    .insertInto("tags")
    .values(change.is.map((name) => ({ id: newId(), name, created_at: now, updated_at: now })))
    .onConflict((oc) => oc.columns(["tenant_id", "name"]).doNothing())
    .execute();
  return change;
}

/** A tag as it is kept: lower case, without what stands between tags in files, at most 50 characters. */
export function tagName(text: string): string {
  return text.replace(/[,;]/g, " ").replace(/\s+/g, " ").trim().toLowerCase().slice(0, 50).trim();
}

/** Records that have one of some tags, as a condition on the table's rows. */
export function hasAnyTag(tableName: string, names: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from record_tags as tagged where tagged.tenant_id = ${sql.ref(`${tableName}.tenant_id`)} and tagged.entity_type = ${tableName} and tagged.entity_id = ${sql.ref(`${tableName}.id`)} and tagged.tag in (${sql.join([...names])}))`;
}

/** The filter of a list by tag, for `moreFilters`; none while no record of the list has any. */
export async function tagFilters<R>(ctx: Ctx, entityType: string): Promise<ListFilter<R>[]> {
  // From the few names to the many records, and no further than the first that has it.
  const used = await runOnceBuilt(ctx, "tags in use", { entityType }, (given) =>
    ctx.db
      .selectFrom("tags")
      .select("tags.name as tag")
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom("record_tags as tagged")
            .select("tagged.tag")
            .where("tagged.entity_type", "=", given.entityType)
            .whereRef("tagged.tag", "=", "tags.name"),
        ),
      )
      .orderBy("tags.name")
      .limit(500),
  );
  if (used.length === 0) return [];
  return [
    {
      name: "tag",
      label: t("Tag"),
      is_multiple: true,
      options: () => used.map(({ tag }) => ({ value: tag, label: tag })),
      apply: (query, _value, _ctx, values) => query.where(hasAnyTag(entityType, values)),
    },
  ];
}

/** A tag as it stands on pages: its colour, `neutral` where nobody has chosen one, and the list of what else has it. */
export interface TagChip {
  text: string;
  tone: string;
  href: string;
}

/** Tags of records as chips. `list` is the address of the list that they lead to: "/companies". */
export async function tagChips(ctx: Ctx, names: readonly string[], list: string): Promise<TagChip[]> {
  if (names.length === 0) return [];
  const known = await ctx.db
    .selectFrom("tags")
    .select(["name", "color"])
    .where("name", "in", [...new Set(names)])
    .execute();
  return names.map((name) => ({
    text: name,
    tone: known.find((tag) => tag.name === name)?.color ?? "neutral",
    href: `${list}?${new URLSearchParams({ tag: name }).toString()}`,
  }));
}

/** The tags of one record as chips; lists of records of its kind are at `/<entityType>`. */
export async function ownTagChips(ctx: Ctx, entityType: string, id: string): Promise<TagChip[]> {
  const [names = []] = await tagsOf(ctx, entityType, [id]);
  return tagChips(ctx, names, `/${entityType}`);
}

/** Tags as people type them into one field, and as files have them: separated by commas or semicolons. */
export function splitTags(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
