import { plus } from "../clock.ts";
import { type App, systemContext, type Tenant, inUnit } from "../context.ts";
import { isOutage } from "../database/failures.ts";
import { inOrganizationsLanguage } from "../language/index.ts";
import { isResting } from "../jobs/due-work.ts";
import { complaint, log } from "../log.ts";
// States the tables that are read here: tenancy and decoding go by what is stated.
import { deliveryDied } from "./delivery-died.ts";
import { emit } from "./outbox.ts";

/** Seconds to wait before each further attempt; after the last one the delivery is dead until a person replays it. */
const waits = [1, 5, 30, 120, 600, 1800, 3600, 7200, 14400];

/** Seconds until the next attempt where the database or its disk was away: that is not the handler's failure. */
const outageSeconds = 5;
const outage = complaint("warn", "an event handler was cut off by an outage");

const batch = 50;

/**
 * Hands out the events of one tenant that are due. Each handler runs in a unit of work that also marks it done, so what it
 * does to the database takes effect exactly once. Returns how many were tried: none once the organization is suspended, or
 * whoever asks until nothing is left would ask for ever.
 */
export async function dispatchEvents(app: App, tenant: Tenant): Promise<number> {
  const ctx = systemContext(app, tenant);
  const due = await app.database.read(tenant.id, (db) =>
    db
      .selectFrom("event_deliveries")
      // An event never changes, so it need not be fetched again by each handler.
      .innerJoin("events", "events.id", "event_deliveries.event_id")
      .select(["event_deliveries.event_id", "event_deliveries.handler", "event_deliveries.attempts"])
      .select(["events.event_name", "events.payload", "events.occurred_at", "events.user_id", "events.actor_name"])
      .where("event_deliveries.succeeded_at", "is", null)
      .where("event_deliveries.dead_at", "is", null)
      .where("event_deliveries.next_attempt_at", "<=", app.clock.now())
      .orderBy("event_deliveries.next_attempt_at")
      .orderBy("event_deliveries.event_id")
      .limit(batch)
      .execute(),
  );
  let tried = 0;
  for (const { event_id, handler, attempts, event_name: name, payload, ...told } of due) {
    try {
      const rests = await inUnit(ctx, async (work) => {
        if (await isResting(app, work.db, tenant.id)) return true;
        // Claims the row: another node that is at it has locked it, or has already marked it done.
        const claimed = await work.db
          .updateTable("event_deliveries")
          .set({ succeeded_at: app.clock.now(), next_attempt_at: null })
          .where("event_id", "=", event_id)
          .where("handler", "=", handler)
          .where("succeeded_at", "is", null)
          .where("dead_at", "is", null)
          // Somebody else's attempt may have failed since the list was read; then it waits for its next turn.
          .where("next_attempt_at", "<=", app.clock.now())
          .executeTakeFirst();
        if (claimed.numUpdatedRows === 0n) return false;
        const subscription = app.registry.subscriptions.get(name)?.find((one) => one.name === handler);
        if (subscription === undefined) throw new Error(`nothing handles ${name} as ${handler}`);
        await inOrganizationsLanguage(tenant, () => subscription.run(work, { id: event_id, name, payload, ...told }));
        return false;
      });
      if (rests) return tried;
    } catch (error) {
      if (isOutage(error)) await postpone(app, tenant, { event_id, handler, attempts }, error);
      else await fail(app, tenant, { event_id, handler, attempts }, error);
    }
    tried += 1;
  }
  return tried;
}

interface Attempt {
  event_id: string;
  handler: string;
  /** How often it had been tried before. */
  attempts: number;
}

/** Leaves a delivery for a little later, with as many attempts as before. Fails while nothing can be written at all. */
async function postpone(app: App, tenant: Tenant, one: Attempt, error: unknown): Promise<void> {
  const last_error = error instanceof Error ? error.message : String(error);
  outage({ handler: one.handler, event: one.event_id, tenant: tenant.id, error: last_error });
  await app.database.write(tenant.id, (db) =>
    db
      .updateTable("event_deliveries")
      .set({ last_error, next_attempt_at: plus(app.clock.now(), outageSeconds * 1000) })
      .where("event_id", "=", one.event_id)
      .where("handler", "=", one.handler)
      .where("attempts", "=", one.attempts)
      .where("succeeded_at", "is", null)
      .where("dead_at", "is", null)
      .execute(),
  );
}

/** Writes down a failed attempt; nodes that failed at the same one side by side count as one. */
async function fail(app: App, tenant: Tenant, { event_id, handler, attempts }: Attempt, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.warn("an event handler failed", { handler, event: event_id, tenant: tenant.id, error: message });
  const wait = waits[attempts];
  const now = app.clock.now();
  await inUnit(systemContext(app, tenant), async (work) => {
    const failed = await work.db
      .updateTable("event_deliveries")
      .set({
        attempts: attempts + 1,
        last_error: message.slice(0, 2000),
        next_attempt_at: wait === undefined ? null : plus(now, wait * 1000),
        dead_at: wait === undefined ? now : null,
      })
      .where("event_id", "=", event_id)
      .where("handler", "=", handler)
      .where("attempts", "=", attempts)
      .where("succeeded_at", "is", null)
      .returning("id")
      .executeTakeFirst();
    if (failed === undefined || wait !== undefined) return;
    const { event_name } = await work.db
      .selectFrom("events")
      .select("event_name")
      .where("id", "=", event_id)
      .executeTakeFirstOrThrow();
    // Whoever fails to hear of failures is not told of that failure too: it would go round for ever.
    if (event_name === deliveryDied.name) return;
    await emit(work, deliveryDied, { event_delivery_id: failed.id, event_id, event_name, handler });
  });
}
