import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { tableNamed } from "../../platform/database/columns.ts";
import { type SearchFacet, searchKinds } from "../../platform/database/search.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { empty, whenOf } from "../../platform/http/pages/cells.ts";
import type { SearchModel } from "../../platform/http/models/pages.ts";
import { t } from "../../platform/language/index.ts";
import { isOn } from "../../platform/switches.ts";

type Row = Record<string, unknown>;

/** What is found, a group for each kind of record; each row is fetched through reach, so a hit is always one that may be opened. */
export async function searchModel(ctx: Ctx, query: string, limit: number): Promise<SearchModel> {
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
        // One more than is shown says whether there are others.
        limit + 1,
      );
  const found = await Promise.all(
    facets.map(async (facet) => {
      const ids = kinds.get(facet.table) ?? [];
      return { facet, rows: await rowsOf(ctx, facet, ids.slice(0, limit)), has_more: ids.length > limit };
    }),
  );
  const groups = found.filter(({ rows }) => rows.length > 0);
  const owners = await ownersOf(
    ctx,
    groups.flatMap(({ rows }) => rows),
  );
  return {
    query,
    total_text: query === "" ? "" : totalText(),
    groups: groups.map(({ facet, rows, has_more }) => ({
      label: t(facet.label),
      more_url: has_more ? listOf(ctx, facet, query) : "",
      hits: rows.map((row) => {
        const { detail, since, ...hit } = facet.hit(row, ctx);
        const owner = owners.get(String(row["company_id"])) ?? "";
        return {
          ...hit,
          detail: [owner, detail].filter((part) => part !== "").join(" · "),
          ...(since === undefined ? {} : { when: whenOf(ctx, since) }),
          icon: facet.icon,
          badge: null,
        };
      }),
    })),
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

  function totalText(): string {
    const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
    return groups.some(({ has_more }) => has_more)
      ? t("More than {count} results", { count })
      : t("{count, plural, one {# result} other {# results}}", { count });
  }
}

/** The list of one kind of records with the same words in it, in the view that narrows nothing; empty where there is none to see. */
function listOf(ctx: Ctx, { table }: SearchFacet, query: string): string {
  const found = [...ctx.app.registry.lists.values()].find(
    ({ list, permission }) => list.table === table && list.search !== undefined && can(ctx.actor, permission),
  );
  if (found === undefined) return "";
  const all = found.list.views?.find(({ query: said, href }) => said === "" && href === undefined);
  return `${found.list.url}?${new URLSearchParams({ ...(all === undefined ? {} : { view: all.key }), q: query }).toString()}`;
}

/** The records of one kind with these ids, in their order, as far as the actor may see them. */
async function rowsOf(ctx: Ctx, { table }: SearchFacet, ids: readonly string[]): Promise<Row[]> {
  if (ids.length === 0) return [];
  const rows = (await reach(ctx, table as TableName)
    .selectAll()
    .where("id" as never, "in", ids as never)
    .execute()) as Row[];
  return ids.map((id) => rows.find((row) => row["id"] === id)).filter((row) => row !== undefined);
}

/** Names of the companies that rows belong to, by id, as far as the actor may see companies. */
async function ownersOf(ctx: Ctx, rows: readonly Row[]): Promise<Map<string, string>> {
  const ids = [...new Set(rows.map((row) => row["company_id"]).filter((id) => typeof id === "string"))];
  if (ids.length === 0) return new Map();
  const owners = await reach(ctx, "companies").select(["id", "name"]).where("id", "in", ids).execute();
  return new Map(owners.map(({ id, name }) => [id, name]));
}
