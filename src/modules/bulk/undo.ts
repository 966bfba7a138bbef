import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { conflict, Failure, notFound } from "../../platform/errors.ts";
import { type Answer, type Incoming, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { checkTags } from "../../platform/undo/undo.ts";

/** Takes a change back: once, within half an hour, by whoever made it, and only while nobody has changed the record since. */
async function takeBack(ctx: Ctx, id: string): Promise<void> {
  await inUnit(ctx, async (work) => {
    const now = work.app.clock.now();
    const offer = await work.db
      .selectFrom("undo_offers")
      .selectAll()
      .where("id", "=", id)
      .where("user_id", "=", work.actor.user_id ?? "")
      .executeTakeFirst();
    if (offer === undefined) throw notFound(t("This offer"));
    if (offer.used_at !== null || offer.expires_at <= now)
      throw conflict(t("This cannot be taken back any more."), "undo_gone");
    const action = work.app.registry.actions.get(offer.action_name);
    if (action === undefined) throw conflict(t("This cannot be taken back any more."), "undo_gone");
    await checkTags(work, offer.expected_tags);
    await perform(work, action, offer.action_input);
    await work.db.updateTable("undo_offers").set({ used_at: now }).where("id", "=", id).execute();
  });
}

/** The page that the button was on: an address of ours. */
function cameFrom(incoming: Incoming): string {
  const referer = incoming.request.headers.get("referer") ?? "";
  const host = incoming.request.headers.get("host") ?? incoming.url.host;
  if (!URL.canParse(referer)) return "/";
  const url = new URL(referer);
  return url.host === host ? url.pathname + url.search : "/";
}

async function undo(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const back = cameFrom(incoming);
  try {
    await takeBack(ctx, incoming.params["id"] ?? "");
    return redirect(back, t("Taken back."));
  } catch (error) {
    if (!(error instanceof Failure) || error.status === 404) throw error;
    const isStale = error.status === 412;
    return redirect(
      back,
      isStale ? t("Somebody has changed this since, so it was not taken back.") : error.message,
      "error",
    );
  }
}

export const undoRoutes: Route[] = [
  { method: "POST", path: "/undo/:id", door: "staff", permission: null, handle: undo },
];
