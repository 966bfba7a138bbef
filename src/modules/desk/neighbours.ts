import type { Ctx } from "../../platform/context.ts";
import { besideOf } from "../../platform/http/lists/order.ts";
import { listState } from "../../platform/http/lists/state.ts";
import type { Incoming } from "../../platform/http/route.ts";
import { myWork, ticketList } from "../tickets/index.ts";

/** Previous and next of a ticket: through the list that it was opened from, in that list's order. */

const lists = ["/tickets", "/my-work"];
/** Nobody's own work is longer. */
const mostWork = 200;

/** The list that a ticket was opened from: as its address says (`from`), else the page that the link was on. */
export function listOf(incoming: Incoming): string {
  const referer = incoming.request.headers.get("referer") ?? "";
  for (const candidate of [incoming.url.searchParams.get("from") ?? "", URL.canParse(referer) ? referer : ""]) {
    if (candidate === "" || !URL.canParse(candidate, "http://list.invalid")) continue;
    const url = new URL(candidate, "http://list.invalid");
    if (url.host !== "list.invalid" && url.host !== hostOf(incoming)) continue;
    if (lists.includes(url.pathname)) return url.pathname + url.search;
    const from = url.searchParams.get("from");
    if (url.pathname.startsWith("/tickets/") && from !== null && lists.includes(from.split("?")[0] ?? "")) return from;
  }
  return "/tickets";
}

function hostOf(incoming: Incoming): string {
  return incoming.request.headers.get("host") ?? incoming.url.host;
}

/** The address of a ticket that remembers its list. */
export function ticketUrl(id: string, from: string): string {
  return from === "/tickets" ? `/tickets/${id}` : `/tickets/${id}?from=${encodeURIComponent(from)}`;
}

export async function neighboursOf(
  ctx: Ctx,
  id: string,
  from: string,
): Promise<{ previous_url: string; next_url: string }> {
  const { previous, next } = from.startsWith("/my-work")
    ? await besideInMyWork(ctx, id)
    : await besideOf(ctx, await listState(ctx, new URL(from, "http://list.invalid"), ticketList), id);
  const link = (beside: string | null): string => (beside === null ? "" : ticketUrl(beside, from));
  return { previous_url: link(previous), next_url: link(next) };
}

/** My work stands in an order that is worked out, not asked of the database. */
async function besideInMyWork(ctx: Ctx, id: string): Promise<{ previous: string | null; next: string | null }> {
  const ids = (await myWork(ctx, mostWork)).map((row) => row.id);
  const at = ids.indexOf(id);
  return at === -1 ? { previous: null, next: null } : { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null };
}
