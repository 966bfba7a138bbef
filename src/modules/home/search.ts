import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { tableNamed } from "../../platform/database/columns.ts";
import { searchKinds } from "../../platform/database/search.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { empty } from "../../platform/http/pages/cells.ts";
import type { SearchModel } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { isOn } from "../../platform/switches.ts";

/** What is found, a group for each kind of record; each row is fetched through reach, so a hit is always one that may be opened. */
export async function searchModel(ctx: Ctx, query: string, limit: number): Promise<SearchModel> {
  const groups: SearchModel["groups"] = [];
  let total = 0;
  const facets = [...ctx.app.registry.search.values()].filter((facet) => {
    const permission = tableNamed(facet.table)?.readPermission;
    return isOn(ctx.app, ctx.tenant, facet) && (permission == null || can(ctx.actor, permission));
  });
  // One letter begins a word of nearly every record, and to say which are the best all of them would be looked at.
  const isTooShort = /^\p{Script=Latin}$/u.test(query.trim());
  const kinds = isTooShort
    ? new Map<string, string[]>()
    : await searchKinds(
        ctx,
        facets.map(({ table }) => table),
        query,
        limit,
      );
  for (const facet of facets) {
    const ids = kinds.get(facet.table) ?? [];
    if (ids.length === 0) continue;
    const rows = (await reach(ctx, facet.table as TableName)
      .selectAll()
      .where("id" as never, "in", ids as never)
      .execute()) as Record<string, unknown>[];
    const found = ids.map((id) => rows.find((row) => row["id"] === id)).filter((row) => row !== undefined);
    if (found.length === 0) continue;
    total += found.length;
    groups.push({
      label: t(facet.label),
      more_url: "",
      hits: found.map((row) => ({ ...facet.hit(row), icon: facet.icon, badge: null })),
    });
  }
  return {
    query,
    total_text: query === "" ? "" : t("{count, plural, one {# result} other {# results}}", { count: total }),
    groups,
    empty:
      query === ""
        ? empty("search", t("Search everything"), t("Type a name, a ticket number, a word of a note."))
        : empty(
            "search",
            t("Nothing found"),
            isTooShort
              ? t("A single letter stands in nearly everything. Type one more.")
              : t("Nothing matches “{query}”. Try fewer or other words.", { query }),
          ),
    all_url: `/search?q=${encodeURIComponent(query)}`,
  };
}
