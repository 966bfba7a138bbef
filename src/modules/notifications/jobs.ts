import { inUnit } from "../../platform/context.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { keptSince } from "../events/index.ts";

/** Deletes read notifications as old as events may get; unread ones stay. */
export const clearNotifications: Job = {
  name: "notifications.clear",
  schedule: "37 2 * * *",
  run: async (ctx) => {
    const since = await keptSince(ctx);
    await inUnit(ctx, ({ db }) =>
      db.deleteFrom("notifications").where("created_at", "<", since).where("read_at", "is not", null).execute(),
    );
  },
};
