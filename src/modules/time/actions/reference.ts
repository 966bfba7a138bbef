import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import type { NewRow } from "../../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../../platform/database/edge.ts";
import { insert, remove, update } from "../../../platform/database/records.ts";
import { t } from "../../../platform/language/index.ts";
import { refuseWrongRate } from "../../../platform/rates.ts";
import { longestEntry, roundingMethods } from "../rules.ts";
import { timeRoundingRules, workTypes } from "../schema.ts";

const permission = "time.configure";

/** Adds a work type, behind the others unless told; its rate is in the organization's currency unless told. */
export const createWorkType = action({
  name: "time.create_work_type",
  permission,
  input: newInput(workTypes),
  run: async (work: Work, input: Record<string, unknown>) => {
    const { currency } = work.tenant;
    const values = fromEdge(workTypes, { currency, ...input }, currency) as NewRow<typeof workTypes>;
    refuseWrongRate("default_rate", values.default_rate);
    if (values.sort_order !== undefined) return insert(work, workTypes, values);
    const last = await work.db
      .selectFrom("work_types")
      .select("sort_order")
      .orderBy("sort_order", "desc")
      .limit(1)
      .executeTakeFirst();
    return insert(work, workTypes, { ...values, sort_order: (last?.sort_order ?? 0) + 1 });
  },
});

export const updateWorkType = action({
  name: "time.update_work_type",
  permission,
  input: patchInput(workTypes),
  run: async (work: Work, input: PatchInput) => {
    const values = fromEdge(workTypes, input, work.tenant.currency);
    refuseWrongRate("default_rate", values.default_rate);
    if (values.default_rate != null && values.currency === undefined) {
      const before = await find(work, "work_types", input.id);
      // Its first rate; another one is in what the present one is in.
      if (before.default_rate === null) values.currency = work.tenant.currency;
    }
    return update(work, workTypes, input.id, values, input.version);
  },
});

/** Deletes a work type that nothing uses; others are taken out of use instead. */
export const deleteWorkType = action({
  name: "time.delete_work_type",
  permission,
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: (work: Work, { id, version }: PatchInput) => remove(work, workTypes, id, version),
});

interface Rounding {
  increment_minutes: number;
  rounding_method: (typeof roundingMethods)[number];
  minimum_minutes: number;
  version?: number;
}

/** Says how worked minutes are rounded from now on; what has been logged stays as it is. */
export const setRounding = action({
  name: "time.set_rounding",
  permission,
  input: Type.Object(
    {
      increment_minutes: Type.Integer({ minimum: 1, maximum: longestEntry, title: "Step" }),
      rounding_method: Type.Union(roundingMethods.map((method) => Type.Literal(method))),
      minimum_minutes: Type.Integer({ minimum: 0, maximum: longestEntry, title: "Minimum" }),
      version: Type.Optional(Type.Integer()),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { version, ...rule }: Rounding) => {
    const present = await work.db
      .selectFrom("time_rounding_rules")
      .select("id")
      .where("is_default", "=", true)
      .executeTakeFirst();
    if (present !== undefined) return update(work, timeRoundingRules, present.id, rule, version);
    return insert(work, timeRoundingRules, { name: t("Standard"), ...rule, is_default: true });
  },
});
