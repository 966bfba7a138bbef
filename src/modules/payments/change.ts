import { can } from "../../platform/access/actor.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { conflict, Failure, forbidden } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { retirePage } from "./checkout.ts";
import { type Gateway, gatewayOf, saveGateway } from "./config.ts";
import { gatewayFailure, isPassing, stripeClient } from "./gateway.ts";
import { modeOfKey } from "./rules.ts";
import { settleSession } from "./settle.ts";

/**
 * Keeps the keys: the way to perform `saveGateway`. Before another account's key takes the place of the present one, what was
 * paid is booked and open pages are ended: afterwards nobody could ask what became of them. Calls Stripe; never inside a
 * unit of work.
 *
 * @throws Failure 503 when Stripe does not answer, and what `saveGateway` refuses; nothing is kept then
 */
export async function changeGateway(ctx: Ctx, given: unknown): Promise<void> {
  if (!can(ctx.actor, "settings.manage")) throw forbidden();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const kept = await reading(ctx, gatewayOf);
    const key = keyIn(given);
    const seen = kept === null || key === null || key === kept.secret_key ? null : await endPages(ctx, kept, key);
    const isKept = await inUnit(ctx, async (work) => {
      // Somebody has opened one meanwhile. Units of work take turns, so one that comes later finds the new key.
      if (seen !== null && (await pagesAtStripe(work)).some(({ id }) => !seen.has(id))) return false;
      await perform(work, saveGateway, given);
      return true;
    });
    if (isKept) return;
  }
  throw conflict(t("Invoices are being paid right now. Try again in a moment."), "checkout_busy");
}

/** The secret key that is to be kept, where it is one. */
function keyIn(given: unknown): string | null {
  const { secret_key } = given as { secret_key?: unknown };
  return typeof secret_key === "string" && modeOfKey(secret_key.trim()) !== null ? secret_key.trim() : null;
}

/** Every page whose end is not known yet, and that somebody may have seen. */
async function pagesAtStripe(ctx: Ctx): Promise<{ id: string; provider_session_id: string }[]> {
  const rows = await ctx.db
    .selectFrom("checkout_sessions")
    .select(["id", "provider_session_id"])
    .where("checkout_status", "=", "open")
    .where("provider_session_id", "is not", null)
    .orderBy("id")
    .execute();
  return rows.map(({ id, provider_session_id }) => ({ id, provider_session_id: provider_session_id ?? "" }));
}

/**
 * Settles and ends the pages that the next key will not open. Those it opens, another key of the same account, stay.
 *
 * @returns the pages that may stay open, or that the present key does not open either: those last until they end
 */
async function endPages(ctx: Ctx, present: Gateway, nextKey: string): Promise<Set<string>> {
  const staying = new Set<string>();
  for (const { id, provider_session_id } of await reading(ctx, pagesAtStripe)) {
    if (await isOpenTo(ctx, nextKey, provider_session_id)) staying.add(id);
    else if (!(await isEnded(ctx, present, id, provider_session_id))) staying.add(id);
  }
  return staying;
}

async function isOpenTo(ctx: Ctx, key: string, session: string): Promise<boolean> {
  try {
    await stripeClient(ctx.app, key).checkout.sessions.retrieve(session);
    return true;
  } catch (error) {
    if (isPassing(error)) throw gatewayFailure(ctx, error);
    return false;
  }
}

async function isEnded(ctx: Ctx, present: Gateway, id: string, session: string): Promise<boolean> {
  try {
    const state = await settleSession(ctx, session);
    if (state === "open") await retirePage(ctx, present, id, session);
    return state !== "unknown";
  } catch (error) {
    // A key that was taken back at Stripe has nothing more to tell.
    if (error instanceof Failure && error.code === "gateway_refused") return false;
    throw error;
  }
}
