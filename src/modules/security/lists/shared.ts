import { sql } from "kysely";
import type { ListFilter } from "../../../platform/http/lists/list.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { idOrNone } from "../../../platform/ids.ts";
import { declared } from "../../../platform/language/index.ts";

export const crumbs = [{ label: "Settings", href: "/settings" }];

/** Whose doings: any of the people who sign in. */
export function whoFilter<R>(reference: string): ListFilter<R> {
  return {
    name: "who",
    label: declared("Who"),
    options: (ctx) => optionsOf(ctx, "users"),
    apply: (query, value) => query.where(sql.ref(reference), "=", idOrNone(value)),
  };
}
