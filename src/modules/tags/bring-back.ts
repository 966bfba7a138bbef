import { type Static, Type } from "@sinclair/typebox";
import { find, maybeFind } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { edgeSchema } from "../../platform/database/edge.ts";
import { insert } from "../../platform/database/records.ts";
import { conflict } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { tags } from "../../platform/tags.ts";
import type { Undo } from "../../platform/undo/undo.ts";
import { type Holders, holdersOf, tag, untag } from "./holders.ts";
import { refuseTaken } from "./names.ts";

const id = Type.String({ format: "uuid" });
const holders = Type.Record(Type.String(), Type.Array(id));

const input = Type.Object(
  {
    tag: Type.Object(
      { id, name: edgeSchema(tags.columns.name), color: edgeSchema(tags.columns.color) },
      { additionalProperties: false },
    ),
    holders,
    /** The tag that it was merged into, and which of the records had both. */
    merged: Type.Union([Type.Object({ into_id: id, both: holders }, { additionalProperties: false }), Type.Null()]),
  },
  { additionalProperties: false },
);

type Input = Static<typeof input>;

/** Takes back that a tag was deleted or merged: it comes back, and back onto the records that had it. */
export const bringTagBack = action({
  name: "tags.bring_back",
  permission: "tags.manage",
  input,
  run: async (work: Work, given: Input): Promise<void> => {
    const { merged } = given;
    const { name } = given.tag as { name: string };
    await refuseTaken(work, name, null);
    await insert(work, tags, given.tag as { id: string; name: string; color: string | null });
    const into = merged === null ? null : await maybeFind(work, "tags", merged.into_id);
    if (into === undefined) throw conflict(t("This cannot be taken back any more."), "undo_gone");
    // Whatever lost the other tag since was meant to: only what still has it gets this one instead.
    const still = into === null ? null : await holdersOf(work, into.name);
    for (const [kind, all] of Object.entries(given.holders)) {
      const held = still === null ? all : all.filter((one) => still[kind]?.includes(one));
      await tag(work, name, [kind, held]);
      if (into !== null) await untag(work, into.name, [kind, held.filter((one) => !merged?.both[kind]?.includes(one))]);
    }
  },
});

/** With more records the offer to take it back would outgrow what it takes back. */
const mostHolders = 20_000;

/** Taking back the deletion of a tag, or its being merged into the one of `into_id`. */
export const broughtBack: Undo<never, never> = {
  before: async (work: Work, given: { id: string; into_id?: string }): Promise<Input | null> => {
    const { id: tagId, name, color } = await find(work, "tags", given.id);
    const all = await holdersOf(work, name);
    if (Object.values(all).flat().length > mostHolders) return null;
    const into = given.into_id === undefined ? null : await maybeFind(work, "tags", given.into_id);
    const both: Holders = into == null ? {} : await holdersOf(work, name, into.name);
    return {
      tag: { id: tagId, name, color },
      holders: all,
      merged: into == null ? null : { into_id: into.id, both },
    };
  },
  of: (_: unknown, before: Input | null) => (before === null ? null : { action: bringTagBack.name, input: before }),
} as unknown as Undo<never, never>;
