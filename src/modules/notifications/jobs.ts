import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { keptSince } from "../events/index.ts";

/** Deletes read notifications as old as events may get; unread ones stay. */
export const clearNotifications: Job = {
  name: "notifications.clear",
  schedule: "37 2 * * *",
  run: async (ctx) => {
    const since = await keptSince(ctx);
    await clearInPieces(
      ctx,
      (db) =>
        db.selectFrom("notifications").select("id").where("created_at", "<", since).where("read_at", "is not", null),
      (db, ids) => db.deleteFrom("notifications").where("id", "in", ids).execute(),
    );
  },
};
