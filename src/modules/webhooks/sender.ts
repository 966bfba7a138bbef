import { plus } from "../../platform/clock.ts";
import type { App, Tenant } from "../../platform/context.ts";
import { type Outcome, sendOne } from "./attempt.ts";
import { isDue } from "./queue.ts";
// States the tables that are read here.
import "./schema.ts";

/** Endpoints side by side: a slow one holds up nobody but itself. */
const mostLines = 8;
/** What one endpoint gets before it is another one's turn, where more are waiting than are served at once. */
const mostInTurn = 20;
/** So often it is looked, while something is on its way, whether anything has become due for somebody else. */
const lookMilliseconds = 1000;

/**
 * Sends what is due of one tenant, and what becomes due meanwhile: each endpoint has a line of its own, in which one delivery
 * follows the other. Returns how many were tried.
 */
export async function sendDueWebhooks(
  app: App,
  tenant: Tenant,
  isStopping: () => boolean = () => false,
): Promise<number> {
  const lines = new Map<string, Promise<void>>();
  let tried = 0;
  let isOver = false;
  let problem: unknown = null;
  const line = async (endpointId: string): Promise<void> => {
    for (let count = 0; count < mostInTurn && !isOver && !isStopping(); count += 1) {
      const id = await nextFor(app, tenant, endpointId);
      const outcome: Outcome = id === null ? "not_ours" : await sendOne(app, tenant, id);
      if (outcome === "resting") isOver = true;
      if (outcome === "resting" || outcome === "not_ours") return;
      tried += 1;
      // Who does not take one is asked again for the next only after those who do.
      if (outcome === "failed") return;
    }
  };
  for (;;) {
    if (!isOver && !isStopping())
      for (const id of await dueEndpoints(app, tenant, [...lines.keys()]))
        lines.set(
          id,
          line(id)
            .catch((error: unknown) => {
              isOver = true;
              problem = error;
            })
            .finally(() => lines.delete(id)),
        );
    if (lines.size === 0) break;
    await firstOf([...lines.values()], lookMilliseconds);
  }
  if (problem !== null) throw problem;
  return tried;
}

/** Waits until one of them has ended, or so long. */
async function firstOf(ends: readonly Promise<void>[], milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([...ends, promise]);
  clearTimeout(timer);
}

/** Endpoints for which something is due and that have no line yet; those that take what they get come first. */
async function dueEndpoints(app: App, tenant: Tenant, served: readonly string[]): Promise<string[]> {
  if (served.length >= mostLines) return [];
  const now = app.clock.now();
  const rows = await app.database.read(tenant.id, (db) =>
    db
      .selectFrom("webhook_endpoints")
      .select("id")
      .where("is_active", "=", true)
      .$if(served.length > 0, (query) => query.where("id", "not in", [...served]))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom("webhook_deliveries")
            .select("webhook_deliveries.id")
            .whereRef("webhook_deliveries.webhook_endpoint_id", "=", "webhook_endpoints.id")
            .where(isDue(now)),
        ),
      )
      .orderBy((eb) => eb("failing_since", "is not", null))
      .orderBy("id")
      .limit(mostLines - served.length)
      .execute(),
  );
  return rows.map(({ id }) => id);
}

/** The delivery that an endpoint is to get next. */
async function nextFor(app: App, tenant: Tenant, endpointId: string): Promise<string | null> {
  const row = await app.database.read(tenant.id, (db) =>
    db
      .selectFrom("webhook_deliveries")
      .select("webhook_deliveries.id")
      .where("webhook_deliveries.webhook_endpoint_id", "=", endpointId)
      .where(isDue(app.clock.now()))
      .orderBy("webhook_deliveries.next_attempt_at")
      .orderBy("webhook_deliveries.id")
      .limit(1)
      .executeTakeFirst(),
  );
  return row?.id ?? null;
}

/** For a program that has its data for itself: what is marked as being sent was interrupted, and is sent again at once. */
export async function releaseWebhooks(app: App, tenantId: string): Promise<void> {
  await app.database.write(tenantId, (db) =>
    db
      .updateTable("webhook_deliveries")
      .set({ lease_until: plus(app.clock.now(), -1) })
      .where("delivery_status", "=", "sending")
      .execute(),
  );
}
