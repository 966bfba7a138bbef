import { inUnit } from "../../platform/context.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { keptSince } from "../events/index.ts";

const batch = 500;

/**
 * Deletes deliveries that are older than events are kept. One that is tried comes to its end within two days, so what is that
 * old and still waits is for an endpoint that has long been switched off.
 */
export const clearDeliveries: Job = {
  name: "webhooks.clear",
  schedule: "27 2 * * *",
  run: async (ctx) => {
    const since = await keptSince(ctx);
    for (let count = batch; count === batch;)
      count = await inUnit(ctx, async ({ db }) => {
        const old = await db
          .selectFrom("webhook_deliveries")
          .select("id")
          .where("created_at", "<", since)
          .where("delivery_status", "<>", "sending")
          .limit(batch)
          .execute();
        if (old.length === 0) return 0;
        const ids = old.map(({ id }) => id);
        await db.deleteFrom("webhook_attempts").where("webhook_delivery_id", "in", ids).execute();
        await db.deleteFrom("webhook_deliveries").where("id", "in", ids).execute();
        return ids.length;
      });
  },
};
