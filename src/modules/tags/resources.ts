import type { Ctx } from "../../platform/context.ts";
import { resource } from "../../platform/resource.ts";
import { tags } from "../../platform/tags.ts";
import { createTag, deleteTag, updateTag } from "./actions.ts";
import { countsOf } from "./queries.ts";

/** Whoever works with records sees which tags there are. */
export const tagResource = resource({
  type: "tags",
  table: tags,
  permission: "companies.read",
  create: createTag,
  update: updateTag,
  remove: deleteTag,
  extend: async (ctx: Ctx, rows) => {
    const counts = await countsOf(
      ctx,
      rows.map((row) => String(row["name"])),
    );
    return rows.map((row) => ({ record_count: counts.get(String(row["name"])) ?? 0 }));
  },
  calculated: ["record_count"],
  sort: "name",
});
