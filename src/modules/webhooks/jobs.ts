import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { keptSince } from "../events/index.ts";

/**
 * Deletes deliveries that are older than events are kept. One that is tried comes to its end within two days, so what is that
 * old and still waits is for an endpoint that has long been switched off.
 */
export const clearDeliveries: Job = {
  name: "webhooks.clear",
  schedule: "27 2 * * *",
  run: async (ctx) => {
    const since = await keptSince(ctx);
    await clearInPieces(
      ctx,
      (db) =>
        db
          .selectFrom("webhook_deliveries")
          .select("id")
          .where("created_at", "<", since)
          .where("delivery_status", "<>", "sending"),
      async (db, ids) => {
        await db.deleteFrom("webhook_attempts").where("webhook_delivery_id", "in", ids).execute();
        await db.deleteFrom("webhook_deliveries").where("id", "in", ids).execute();
      },
    );
  },
};
