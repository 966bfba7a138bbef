import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { checkMatch, readVerb, refuseMembers } from "../../../platform/http/jsonapi/document.ts";
import type { ApiDoc, Incoming, Route } from "../../../platform/http/route.ts";

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

/** A route of the operators' API below an organization. */
export function route(method: Route["method"], path: string, doc: ApiDoc, handle: Route["handle"]): Route {
  const at = { method, path: `/api/v1/tenants${path}`, door: "api", permission: platformPermission } as const;
  return { ...at, isOutsideRead: true, handle, doc };
}

/** The organization of the address, which is there, and for a change as it was shown. */
export async function exists(ctx: Ctx, incoming: Incoming): Promise<string> {
  const row = await reading(ctx, (reader) => find(reader, "tenants", idOf(incoming)));
  if (incoming.request.method !== "GET") checkMatch(incoming, row);
  return idOf(incoming);
}

/** For verbs that take nothing. */
export async function withoutInput(ctx: Ctx, incoming: Incoming): Promise<string> {
  const id = await exists(ctx, incoming);
  refuseMembers(await readVerb(incoming, "tenants", id));
  return id;
}
