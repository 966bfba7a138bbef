import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow, RowOf } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { tags } from "../../platform/tags.ts";
import { backToBefore } from "../../platform/undo/undo.ts";
import { broughtBack } from "./bring-back.ts";
import { holdersOf, untag } from "./holders.ts";
import { named, refuseTaken } from "./names.ts";

export type Tag = RowOf<typeof tags>;

const permission = "tags.manage";
const id = Type.String({ format: "uuid" });
const version = Type.Optional(Type.Integer());

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
  undo: backToBefore(tags, "tags.update"),
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
  input: Type.Object({ id, into_id: id, version }, { additionalProperties: false }),
  undo: broughtBack,
  run: async (work: Work, input: PatchInput & { into_id: string }): Promise<Tag> => {
    if (input.id === input.into_id) throw invalidField("into_id", t("A tag cannot be merged with itself."));
    const gone = await find(work, "tags", input.id);
    const kept = await find(work, "tags", input.into_id);
    for (const holders of Object.entries(await holdersOf(work, gone.name, kept.name)))
      await untag(work, gone.name, holders);
    await work.db.updateTable("record_tags").set({ tag: kept.name }).where("tag", "=", gone.name).execute();
    await remove(work, tags, gone.id, input.version);
    return kept;
  },
});

/** Takes a tag away from all records that have it. */
export const deleteTag = action({
  name: "tags.delete",
  permission,
  input: Type.Object({ id, version }, { additionalProperties: false }),
  undo: broughtBack,
  run: async (work: Work, input: PatchInput): Promise<void> => {
    const tag = await find(work, "tags", input.id);
    await work.db.deleteFrom("record_tags").where("tag", "=", tag.name).execute();
    await remove(work, tags, input.id, input.version);
  },
});
