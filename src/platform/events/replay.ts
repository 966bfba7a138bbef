import type { Work } from "../context.ts";
import { notFound } from "../errors.ts";
import { isId } from "../ids.ts";
import { t } from "../language/index.ts";
import "./outbox.ts";

/**
 * Lets one handler try a dead event again, as if it were new to it; the event's other handlers are left alone.
 * @throws Failure 404 unless this delivery has been given up
 */
export async function replayDelivery(work: Work, eventId: string, handler: string): Promise<void> {
  const { numUpdatedRows } = !isId(eventId)
    ? { numUpdatedRows: 0n }
    : await work.db
        .updateTable("event_deliveries")
        .set({ attempts: 0, dead_at: null, next_attempt_at: work.app.clock.now() })
        .where("event_id", "=", eventId)
        .where("handler", "=", handler)
        .where("dead_at", "is not", null)
        .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound(t("This event"));
}
