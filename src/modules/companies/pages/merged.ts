import { find } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import { type Answer, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { contactName } from "../rules.ts";

const ofClient = /^\/(companies|contacts|sites)\/:id(?:\/|$)/;
type Kind = "companies" | "contacts" | "sites";

/**
 * Of a record that was merged into another one nothing is left to look at, change or merge: each page of it leads to the record
 * that it turned out to be, and says so there. What is sent is refused by the actions.
 */
export function leadingOn(routes: readonly Route[]): Route[] {
  return routes.map((route) => {
    const kind = ofClient.exec(route.path)?.[1];
    if (kind === undefined || route.method !== "GET") return route;
    return {
      ...route,
      handle: async (ctx, incoming) =>
        (await successor(ctx, kind as Kind, incoming.params["id"] ?? "")) ?? route.handle(ctx, incoming),
    };
  });
}

type Merged = { merged_into_id: string | null } & ({ name: string } | { first_name: string; last_name: string });

/** The way to the record that this one was merged into, or null. */
async function successor(ctx: Ctx, kind: Kind, id: string): Promise<Answer | null> {
  const row = (await find(ctx, kind, id)) as unknown as Merged;
  if (row.merged_into_id === null) return null;
  const name = "first_name" in row ? contactName(row) : row.name;
  const texts: Record<Kind, string> = {
    companies: t("{name} was merged into this company.", { name }),
    contacts: t("{name} was merged into this contact.", { name }),
    sites: t("{name} was merged into this site.", { name }),
  };
  return redirect(`/${kind}/${row.merged_into_id}`, texts[kind], "info");
}
