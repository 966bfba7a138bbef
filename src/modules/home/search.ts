import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { tableNamed } from "../../platform/database/columns.ts";
import { searchIds } from "../../platform/database/search.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { empty } from "../../platform/http/cells.ts";
import type { SearchModel } from "../../platform/http/page-models.ts";
import { t } from "../../platform/language/index.ts";
import { isOn } from "../../platform/switches.ts";

/** What is found, a group for each kind of record; each row is fetched through reach, so a hit is always one that may be opened. */
export async function searchModel(ctx: Ctx, query: string, limit: number): Promise<SearchModel> {
  const groups: SearchModel["groups"] = [];
  let total = 0;
  for (const facet of ctx.app.registry.search.values()) {
    if (!isOn(ctx.app, ctx.tenant, facet)) continue;
    const table = tableNamed(facet.table);
    if (table?.readPermission != null && !can(ctx.actor, table.readPermission)) continue;
    const ids = await searchIds(ctx, facet.table, query, limit);
    if (ids.length === 0) continue;
    const rows = (await reach(ctx, facet.table as TableName)
      .selectAll()
      .where("id" as never, "in", ids as never)
      .execute()) as Record<string, unknown>[];
    const found = ids.map((id) => rows.find((row) => row["id"] === id)).filter((row) => row !== undefined);
    if (found.length === 0) continue;
    total += found.length;
    groups.push({
      label: facet.label,
      more_url: "",
      hits: found.map((row) => ({ ...facet.hit(row), icon: facet.icon, badge: null })),
    });
  }
  return {
    query,
    total_text: query === "" ? "" : `${total} ${total === 1 ? "result" : "results"}`,
    groups,
    empty:
      query === ""
        ? empty("search", t("Search everything"), t("Type a name, a ticket number, a word of a note."))
        : empty("search", t("Nothing found"), t("Nothing matches “{query}”. Try fewer or other words.", { query })),
    all_url: `/search?q=${encodeURIComponent(query)}`,
  };
}
