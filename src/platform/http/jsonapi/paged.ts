import { Type } from "@sinclair/typebox";
import { type Ctx, placeOf } from "../../context.ts";
import type { SortKey } from "../../database/order.ts";
import { type PageRequest, pageOf } from "../../database/paging.ts";
import { aboutParameter } from "../../errors.ts";
import type { ListQuery } from "../lists/list.ts";
import { type Answer, type Incoming, json } from "../route.ts";
import { defaultSize, largestSize, pageSize } from "./query.ts";

/** Pages of lists that no resource gives: the grammar's `page[size]` and `page[after]`. */

/** For the `doc` of such a list. */
export const pagingParameters = {
  "page[size]": Type.Integer({ minimum: 1, maximum: largestSize }),
  "page[after]": Type.String(),
};

/** Which page is asked for. */
export function readPaging(incoming: Incoming, usual = defaultSize): PageRequest {
  const { searchParams } = incoming.url;
  const asked = searchParams.get("page[size]");
  return {
    size: asked === null ? usual : aboutParameter("page[size]", () => pageSize(asked)),
    after: searchParams.get("page[after]"),
  };
}

/** An address with another parameter, or without it. */
function withParameter(url: URL, name: string, value: string | null): string {
  const next = new URL(url);
  if (value === null) next.searchParams.delete(name);
  else next.searchParams.set(name, value);
  return next.pathname + next.search;
}

/** The links of a page of a list. */
export function pageLinks(url: URL, next: string | null): Record<"self" | "first" | "next", string | null> {
  return {
    self: url.pathname + url.search,
    first: withParameter(url, "page[after]", null),
    next: next === null ? null : withParameter(url, "page[after]", next),
  };
}

/**
 * A page of a query as a document. `table` is the one whose id orders rows that are otherwise equal; the query selects that id
 * and each key under its name.
 */
export async function pagedAnswer<R extends { id: string }>(
  ctx: Ctx,
  incoming: Incoming,
  list: { query: ListQuery<R>; table: string; keys: readonly SortKey[]; object(row: R): object },
): Promise<Answer> {
  const { rows, next } = await pageOf<R & Record<string, unknown>>(
    list.query as ListQuery<R & Record<string, unknown>>,
    placeOf(ctx),
    `${list.table}.id`,
    list.keys,
    readPaging(incoming),
  );
  return json({
    jsonapi: { version: "1.1" },
    links: pageLinks(incoming.url, next),
    data: rows.map((row) => list.object(row)),
  });
}
