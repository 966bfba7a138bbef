import { find } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { Way } from "../../platform/database/paging.ts";
import { besideOf } from "../../platform/http/lists/order.ts";
import { listState } from "../../platform/http/lists/state.ts";
import { type Answer, type Incoming, redirect } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { myWork, ticketList } from "../tickets/index.ts";

/** From a ticket to the one before or after it, in the list that it was opened from and in that list's order. */

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

/** The ticket before or after one in a list; null at its end. */
export async function ticketBeside(ctx: Ctx, id: string, from: string, way: Way): Promise<string | null> {
  if (from.startsWith("/my-work")) return besideInMyWork(ctx, id, way);
  return besideOf(ctx, await listState(ctx, new URL(from, "http://list.invalid"), ticketList), id, way);
}

/** My work stands in an order that is worked out, not asked of the database. After what is done comes what is first in it. */
async function besideInMyWork(ctx: Ctx, id: string, way: Way): Promise<string | null> {
  const ids = (await myWork(ctx, mostWork)).map((row) => row.id);
  const at = ids.indexOf(id);
  const beside = way === "next" ? ids[at + 1] : ids[at - 1];
  return beside ?? null;
}

/**
 * Goes on to the ticket before or after. It is looked for when somebody goes there and not when a ticket is shown: the list
 * may be another one by then, and few of those who read a ticket go on that way.
 */
export const walk =
  (way: Way) =>
  async (ctx: Ctx, incoming: Incoming): Promise<Answer> => {
    const id = incoming.params["id"] ?? "";
    const from = listOf(incoming);
    await find(ctx, "tickets", id);
    const beside = await ticketBeside(ctx, id, from, way);
    if (beside !== null) return redirect(ticketUrl(beside, from));
    const text =
      way === "next" ? t("That was the last ticket of this list.") : t("That was the first ticket of this list.");
    return redirect(from, text, "info");
  };
