import { Type } from "@sinclair/typebox";
import { sql } from "kysely";
import { find, type ReachRule, reach } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Ctx, Work } from "../../../platform/context.ts";
import { col, readOnly, record, type RowOf, table } from "../../../platform/database/columns.ts";
import type { TableType } from "../../../platform/database/tables.ts";
import { insert, remove } from "../../../platform/database/records.ts";
import { invalidField } from "../../../platform/errors.ts";
import { t } from "../../../platform/language/index.ts";
import { resource } from "../../../platform/resource.ts";
import { by } from "../../../platform/undo/undo.ts";

/** Records that look the same and are not: two branches with one telephone number, a father and a son. */

const permission = "companies.merge";
export const distinctTables = ["companies", "contacts"] as const;
export type DistinctTable = (typeof distinctTables)[number];

/** Said of two records: `first_id` is the smaller of the two ids, so that a pair stands here once. */
export const distinctPairs = table(
  "distinct_pairs",
  {
    ...record,
    entity_type: col.enum(distinctTables, { label: "Kind of record" }),
    first_id: col.id({ label: "First record" }),
    second_id: col.id({ label: "Second record" }),
    created_by_id: readOnly(col.maybe.ref("users", { label: "Said by" })),
  },
  { noun: "pair", readPermission: permission },
);

declare module "../../../platform/database/tables.ts" {
  interface Tables {
    distinct_pairs: TableType<typeof distinctPairs>;
  }
}

type Pair = RowOf<typeof distinctPairs>;

/** Takes a pair out of the duplicates, for good or until somebody says otherwise. Said twice, it is said once. */
export const markDistinct = action({
  name: "companies.mark_distinct",
  permission,
  input: Type.Object(
    {
      entity_type: Type.Union(distinctTables.map((name) => Type.Literal(name))),
      first_id: Type.String({ format: "uuid" }),
      second_id: Type.String({ format: "uuid" }),
    },
    { additionalProperties: false },
  ),
  undo: by("companies.unmark_distinct"),
  run: async (
    work: Work,
    input: { entity_type: DistinctTable; first_id: string; second_id: string },
  ): Promise<Pair> => {
    const { entity_type } = input;
    const [first_id = "", second_id = ""] = [input.first_id, input.second_id].toSorted();
    if (first_id === second_id) throw invalidField("second_id", t("These are one and the same record."));
    await find(work, entity_type, first_id);
    await find(work, entity_type, second_id);
    const known = await work.db
      .selectFrom("distinct_pairs")
      .selectAll()
      .where("entity_type", "=", entity_type)
      .where("first_id", "=", first_id)
      .where("second_id", "=", second_id)
      .executeTakeFirst();
    if (known !== undefined) return known;
    return insert(work, distinctPairs, { entity_type, first_id, second_id, created_by_id: work.actor.user_id });
  },
});

/** Lets a pair be found among the duplicates again. */
export const unmarkDistinct = action({
  name: "companies.unmark_distinct",
  permission,
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: { id: string; version?: number }): Promise<Pair> => {
    const pair = await find(work, "distinct_pairs", input.id);
    await remove(work, distinctPairs, input.id, input.version);
    return pair;
  },
});

/** What was said of a record that goes for good. */
export async function forgetDistinct(work: Work, entityType: string, id: string): Promise<void> {
  await work.db
    .deleteFrom("distinct_pairs")
    .where("entity_type", "=", entityType as DistinctTable)
    .where((eb) => eb.or([eb("first_id", "=", id), eb("second_id", "=", id)]))
    .execute();
}

/** Some pairs of a kind of which somebody has said that they are not the same, the latest first; from `before` on, if told. */
export async function saidDistinct(
  ctx: Ctx,
  entityType: DistinctTable,
  most: number,
  before: string | null = null,
): Promise<Pair[]> {
  return (await reach(ctx, "distinct_pairs")
    .selectAll("distinct_pairs")
    .where("distinct_pairs.entity_type", "=", entityType)
    .$if(before !== null, (query) => query.where("distinct_pairs.id", "<", before))
    .orderBy("distinct_pairs.id", "desc")
    .limit(most)
    .execute()) as Pair[];
}

/** A pair is in reach when both of its records are; looked for pair by pair, for "in" reads every record that there is. */
export const distinctReach: ReachRule = (query, ctx) => {
  if (ctx.actor.kind === "system") return query;
  return query.where((eb) =>
    eb.or(
      distinctTables.map((name) => {
        const isWithin = (side: "first_id" | "second_id"): never =>
          eb.exists(
            reach(ctx, name)
              .select(`${name}.id` as never)
              .where(sql.ref(`${name}.id`), "=", sql.ref(`distinct_pairs.${side}`)),
          ) as never;
        return eb.and([
          eb("distinct_pairs.entity_type" as never, "=", name as never),
          isWithin("first_id"),
          isWithin("second_id"),
        ]);
      }),
    ),
  );
};

export const distinctResource = resource({
  type: "distinct_pairs",
  table: distinctPairs,
  permission,
  create: markDistinct,
  remove: unmarkDistinct,
  sort: "-created_at",
});
