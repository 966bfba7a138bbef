import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow, RowOf } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { tagName, tags } from "../../platform/tags.ts";

export type Tag = RowOf<typeof tags>;

const permission = "tags.manage";
const id = Type.String({ format: "uuid" });

/** A tag as it is kept, or a 422: nothing is left of ", ,". */
function named(given: string): string {
  const name = tagName(given);
  if (name === "") throw invalidField("name", t("Name is required."), "required");
  return name;
}

async function refuseTaken(work: Work, name: string, ownId: string | null): Promise<void> {
  const other = await work.db.selectFrom("tags").select("id").where("name", "=", name).executeTakeFirst();
  if (other !== undefined && other.id !== ownId)
    throw conflict(t("There is already a tag {name}. Merge the two instead.", { name }), "duplicate");
}

/** Makes a tag known before any record has it, with a colour. */
export const createTag = action({
  name: "tags.create",
  permission,
  input: newInput(tags),
  run: async (work: Work, input: Record<string, unknown>): Promise<Tag> => {
    const values = fromEdge(tags, input, work.tenant.currency) as NewRow<typeof tags>;
    const name = named(values.name);
    await refuseTaken(work, name, null);
    return insert(work, tags, { ...values, name });
  },
});

/** Gives a tag another name, on all records that have it, or another colour. */
export const updateTag = action({
  name: "tags.update",
  permission,
  input: patchInput(tags),
  run: async (work: Work, input: PatchInput): Promise<Tag> => {
    const before = await find(work, "tags", input.id);
    const values = fromEdge(tags, input, work.tenant.currency);
    if (values.name !== undefined) values.name = named(values.name);
    const { name = before.name } = values;
    if (name !== before.name) {
      await refuseTaken(work, name, input.id);
      await work.db.updateTable("record_tags").set({ tag: name }).where("tag", "=", before.name).execute();
    }
    return update(work, tags, input.id, values, input.version);
  },
});

/** Makes two tags one: records that have this one get the other one, and this one goes. */
export const mergeTags = action({
  name: "tags.merge",
  permission,
  input: Type.Object({ id, into_id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  run: async (work: Work, input: { id: string; into_id: string }): Promise<Tag> => {
    if (input.id === input.into_id) throw invalidField("into_id", t("A tag cannot be merged with itself."));
    const gone = await find(work, "tags", input.id);
    const kept = await find(work, "tags", input.into_id);
    const both = await work.db
      .selectFrom("record_tags as one")
      .innerJoin("record_tags as other", (join) =>
        join
          .onRef("other.tenant_id", "=", "one.tenant_id")
          .onRef("other.entity_type", "=", "one.entity_type")
          .onRef("other.entity_id", "=", "one.entity_id"),
      )
      .select(["one.entity_type", "one.entity_id"])
      .where("one.tag", "=", gone.name)
      .where("other.tag", "=", kept.name)
      .execute();
    for (const { entity_type, entity_id } of both)
      await work.db
        .deleteFrom("record_tags")
        .where("entity_type", "=", entity_type)
        .where("entity_id", "=", entity_id)
        .where("tag", "=", gone.name)
        .execute();
    await work.db.updateTable("record_tags").set({ tag: kept.name }).where("tag", "=", gone.name).execute();
    await remove(work, tags, gone.id);
    return kept;
  },
});

/** Takes a tag away from all records that have it. */
export const deleteTag = action({
  name: "tags.delete",
  permission,
  input: Type.Object({ id, version: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  run: async (work: Work, input: PatchInput): Promise<void> => {
    const tag = await find(work, "tags", input.id);
    await work.db.deleteFrom("record_tags").where("tag", "=", tag.name).execute();
    await remove(work, tags, input.id, input.version);
  },
});
