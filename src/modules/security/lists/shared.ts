import { sql } from "kysely";
import { startOfDay } from "../../../platform/http/lists/kinds.ts";
import type { ListFilter } from "../../../platform/http/lists/list.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { declared } from "../../../platform/language/index.ts";

export const crumbs = [{ label: "Settings", href: "/settings" }];

/** Days as filters: from the first moment of one to the last of another, in the reader's time zone. */
export function dayFilters<R>(reference: string): ListFilter<R>[] {
  const bounded =
    (sign: ">=" | "<", days: number): ListFilter<R>["apply"] =>
    (query, value, ctx) => {
      const instant = startOfDay(value, ctx, days);
      return instant === null ? query : query.where(sql.ref(reference), sign, instant);
    };
  return [
    { name: "from", label: declared("From"), is_date: true, options: () => [], apply: bounded(">=", 0) },
    { name: "to", label: declared("Until"), is_date: true, options: () => [], apply: bounded("<", 1) },
  ];
}

/** Whose doings: any of the people who sign in. */
export function whoFilter<R>(reference: string): ListFilter<R> {
  return {
    name: "who",
    label: declared("Who"),
    options: (ctx) => optionsOf(ctx, "users"),
    apply: (query, value) => query.where(sql.ref(reference), "=", value),
  };
}
