import type { Ctx } from "../../platform/context.ts";
import { idsOf } from "../../platform/http/lists/order.ts";
import { listState } from "../../platform/http/lists/state.ts";
import type { Incoming } from "../../platform/http/route.ts";
import { myWork, ticketList } from "../tickets/index.ts";

/** Previous and next of a ticket: through the list that it was opened from, in that list's order. */

const lists = ["/tickets", "/my-work"];
/** Beyond so many the way through a list is a search, not a walk. */
const most = 200;

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
  const ids = from.startsWith("/my-work")
    ? (await myWork(ctx, most)).map((row) => row.id)
    : await idsOf(ctx, await listState(ctx, new URL(from, "http://list.invalid"), ticketList), most);
  const at = ids.indexOf(id);
  const link = (index: number): string => (at === -1 || ids[index] === undefined ? "" : ticketUrl(ids[index], from));
  return { previous_url: link(at - 1), next_url: link(at + 1) };
}
