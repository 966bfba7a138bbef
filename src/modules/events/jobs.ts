import { plus } from "../../platform/clock.ts";
import type { Ctx } from "../../platform/context.ts";
import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
// States the tables that are cleared here.
import "../../platform/events/outbox.ts";

const day = 24 * 3600_000;

/** Since when events are kept. */
export async function keptSince(ctx: Ctx): Promise<string> {
  const { app, tenant } = ctx;
  const { events_kept_days } = await app.database.read(tenant.id, (db) =>
    db.selectFrom("organizations").select("events_kept_days").executeTakeFirstOrThrow(),
  );
  return plus(app.clock.now(), -events_kept_days * day);
}

/** Deletes old events of which nothing is left to do; what waits or was given up stays until somebody decides. */
export const clearEvents: Job = {
  name: "events.clear",
  schedule: "17 2 * * *",
  run: async (ctx) => {
    const since = await keptSince(ctx);
    await clearInPieces(
      ctx,
      (db) =>
        db
          .selectFrom("events")
          .select("id")
          .where("occurred_at", "<", since)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom("event_deliveries")
                  .select("event_deliveries.id")
                  .whereRef("event_deliveries.event_id", "=", "events.id")
                  .where("event_deliveries.succeeded_at", "is", null)
                  .where("event_deliveries.dropped_at", "is", null),
              ),
            ),
          ),
      async (db, ids) => {
        await db.deleteFrom("event_deliveries").where("event_id", "in", ids).execute();
        await db.deleteFrom("events").where("id", "in", ids).execute();
      },
    );
  },
};
