import { plus } from "../clock.ts";
import { type App, systemContext, type Tenant, inUnit } from "../context.ts";
import { log } from "../log.ts";

/** Seconds to wait before each further attempt; after the last one the delivery is dead until a person replays it. */
const waits = [1, 5, 30, 120, 600, 1800, 3600, 7200, 14400];

const batch = 50;

/**
 * Hands out the events of one tenant that are due. Each handler runs in a unit of work that also marks it done, so what it
 * does to the database takes effect exactly once. Returns how many were tried.
 */
export async function dispatchEvents(app: App, tenant: Tenant): Promise<number> {
  const ctx = systemContext(app, tenant);
  const due = await app.database.read(tenant.id, (db) =>
    db
      .selectFrom("event_deliveries")
      .select(["event_id", "handler"])
      .where("succeeded_at", "is", null)
      .where("dead_at", "is", null)
      .where("next_attempt_at", "<=", app.clock.now())
      .orderBy("next_attempt_at")
      .orderBy("event_id")
      .limit(batch)
      .execute(),
  );
  for (const { event_id, handler } of due) {
    try {
      await inUnit(ctx, async (work) => {
        // Claims the row: another node that is at it has locked it, or has already marked it done.
        const claimed = await work.db
          .updateTable("event_deliveries")
          .set({ succeeded_at: app.clock.now(), next_attempt_at: null })
          .where("event_id", "=", event_id)
          .where("handler", "=", handler)
          .where("succeeded_at", "is", null)
          .where("dead_at", "is", null)
          .executeTakeFirst();
        if (claimed.numUpdatedRows === 0n) return;
        const event = await work.db.selectFrom("events").selectAll().where("id", "=", event_id).executeTakeFirstOrThrow();
        const subscription = app.registry.subscriptions.get(event.event_name)?.find((one) => one.name === handler);
        if (subscription === undefined) throw new Error(`nothing handles ${event.event_name} as ${handler}`);
        await subscription.run(work, { id: event.id, payload: event.payload, occurred_at: event.occurred_at });
      });
    } catch (error) {
      await fail(app, tenant, event_id, handler, error);
    }
  }
  return due.length;
}

async function fail(app: App, tenant: Tenant, eventId: string, handler: string, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.warn("an event handler failed", { handler, event: eventId, tenant: tenant.id, error: message });
  await app.database.write(tenant.id, async (db) => {
    const row = await db
      .selectFrom("event_deliveries")
      .select("attempts")
      .where("event_id", "=", eventId)
      .where("handler", "=", handler)
      .executeTakeFirstOrThrow();
    const wait = waits[row.attempts];
    const now = app.clock.now();
    await db
      .updateTable("event_deliveries")
      .set({
        attempts: row.attempts + 1,
        last_error: message.slice(0, 2000),
        next_attempt_at: wait === undefined ? null : plus(now, wait * 1000),
        dead_at: wait === undefined ? now : null,
      })
      .where("event_id", "=", eventId)
      .where("handler", "=", handler)
      .where("succeeded_at", "is", null)
      .execute();
  });
}
