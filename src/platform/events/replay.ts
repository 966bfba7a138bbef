import { writeAuditEntry } from "../access/audit.ts";
import { find } from "../access/reach.ts";
import type { Work } from "../context.ts";
import { conflict } from "../errors.ts";
import { hintWork } from "../jobs/due-work.ts";
import { t } from "../language/index.ts";
import "./outbox.ts";

/** A delivery that an action has changed, and the event it is of. */
export interface ChangedDelivery {
  id: string;
  event_id: string;
}

/**
 * Lets one handler try an event now: one that was given up as if it were new, one that waits without waiting. The event's
 * other handlers are left alone. Who did so stands in the audit log: what follows from an event may be a mail to a client.
 * @throws Failure 409 for what has been done or dropped
 */
export async function retryDelivery(work: Work, id: string): Promise<ChangedDelivery> {
  const delivery = await find(work, "event_deliveries", id);
  if (delivery.succeeded_at !== null) throw conflict(t("This has been done already."), "done");
  if (delivery.dropped_at !== null) throw conflict(t("This was dropped."), "dropped");
  await work.db
    .updateTable("event_deliveries")
    .set({
      ...(delivery.dead_at === null ? {} : { attempts: 0, dead_at: null }),
      next_attempt_at: work.app.clock.now(),
    })
    .where("id", "=", id)
    .execute();
  const { dead_at, attempts } = delivery;
  writeAuditEntry(work, "update", "event_deliveries", id, { dead_at, attempts }, { dead_at: null, attempts: 0 });
  hintWork(work);
  return delivery;
}

/** Lets a handler try everything again that it has given up; who did so stands in the audit log. Returns how many that are. */
export async function retryDead(work: Work, handler: string): Promise<number> {
  const { numUpdatedRows } = await work.db
    .updateTable("event_deliveries")
    .set({ attempts: 0, dead_at: null, next_attempt_at: work.app.clock.now() })
    .where("handler", "=", handler)
    .where("dead_at", "is not", null)
    .where("dropped_at", "is", null)
    .executeTakeFirst();
  const retried = Number(numUpdatedRows);
  if (retried > 0) writeAuditEntry(work, "update", "event_deliveries", "", null, { handler, retried });
  hintWork(work);
  return retried;
}

/**
 * Decides that what was given up is not worth another try; who did so stands in the audit log.
 * @throws Failure 409 unless it has been given up
 */
export async function dropDelivery(work: Work, id: string): Promise<ChangedDelivery> {
  const delivery = await find(work, "event_deliveries", id);
  if (delivery.dropped_at !== null) throw conflict(t("This was dropped."), "dropped");
  if (delivery.dead_at === null) throw conflict(t("Only what has been given up can be dropped."), "not_dead");
  await work.db
    .updateTable("event_deliveries")
    .set({ dropped_at: work.app.clock.now() })
    .where("id", "=", id)
    .execute();
  const { event_id, handler, last_error } = delivery;
  writeAuditEntry(work, "delete", "event_deliveries", id, { event_id, handler, last_error });
  return delivery;
}
