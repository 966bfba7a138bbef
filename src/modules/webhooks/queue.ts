import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { Work } from "../../platform/context.ts";
import type { Db, Tables } from "../../platform/database/tables.ts";
import type { Happened, Subscription } from "../../platform/events/event-type.ts";
import { newId } from "../../platform/ids.ts";
import { hintWork } from "../../platform/jobs/due-work.ts";
import { bodyOf } from "./body.ts";
import { isAskedFor } from "./rules.ts";

interface Chosen {
  id: string;
}

/** The active endpoints that an event goes to. */
async function endpointsFor(work: Work, event: string): Promise<Chosen[]> {
  const active = await work.db
    .selectFrom("webhook_endpoints")
    .select(["id", "is_all_events", "event_names"])
    .where("is_active", "=", true)
    .execute();
  return active.filter(({ is_all_events, event_names }) => is_all_events || isAskedFor(event, event_names));
}

/** Queues one delivery. The same event is queued for an endpoint once. */
export async function queueDelivery(work: Work, endpointId: string, event: Happened, body: string): Promise<void> {
  const now = work.app.clock.now();
  await work.db
    .insertInto("webhook_deliveries")
    .values({
      id: newId(),
      webhook_endpoint_id: endpointId,
      event_id: event.id,
      event_name: event.name,
      body,
      delivery_status: "queued",
      attempts: 0,
      next_attempt_at: now,
      last_error: "",
      created_at: now,
      updated_at: now,
    })
    .onConflict((oc) => oc.columns(["tenant_id", "webhook_endpoint_id", "event_id"]).doNothing())
    .execute();
  hintWork(work);
}

/** Which deliveries may be sent now: those whose time has come, and those whose sender has died. */
export function isDue(now: string): (eb: ExpressionBuilder<Tables, "webhook_deliveries">) => Expression<SqlBool> {
  return (eb) =>
    eb.or([
      eb.and([
        eb("webhook_deliveries.delivery_status", "=", "queued"),
        eb("webhook_deliveries.next_attempt_at", "<=", now),
      ]),
      // It may have arrived, and arrives again with the same id.
      eb.and([
        eb("webhook_deliveries.delivery_status", "=", "sending"),
        eb("webhook_deliveries.lease_until", "<", now),
      ]),
    ]);
}

/** When the queue of an organization next has something: a delivery, or one that was interrupted. */
export async function nextWebhook(db: Db): Promise<string | null> {
  const row = await db
    .selectFrom("webhook_deliveries")
    .innerJoin("webhook_endpoints", "webhook_endpoints.id", "webhook_deliveries.webhook_endpoint_id")
    .select([
      "webhook_deliveries.next_attempt_at",
      "webhook_deliveries.lease_until",
      "webhook_deliveries.delivery_status",
    ])
    .where("webhook_endpoints.is_active", "=", true)
    .where("webhook_deliveries.delivery_status", "in", ["queued", "sending"])
    .orderBy((eb) => eb.fn.coalesce("webhook_deliveries.lease_until", "webhook_deliveries.next_attempt_at"))
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : row.delivery_status === "sending" ? row.lease_until : row.next_attempt_at;
}

/** Puts every public event into the queue of each endpoint that has asked for it. */
export const queueWebhooks: Subscription = {
  event: "*",
  name: "webhooks.queue",
  isWanted: async (work, event) => (await endpointsFor(work, event)).length > 0,
  run: async (work, event) => {
    const endpoints = await endpointsFor(work, event.name);
    if (endpoints.length === 0) return;
    const body = await bodyOf(work, event, work.app.registry.events.get(event.name));
    for (const { id } of endpoints) await queueDelivery(work, id, event, body);
  },
};
