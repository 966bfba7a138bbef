import { plus } from "../../platform/clock.ts";
import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";

/** Offers to take something back that nobody can use any more are thrown away. */
export const forgetOffers: Job = {
  name: "bulk.forget_offers",
  schedule: "17 * * * *",
  run: async (ctx) => {
    const before = plus(ctx.app.clock.now(), -3600_000);
    await clearInPieces(
      ctx,
      (db) => db.selectFrom("undo_offers").select("id").where("expires_at", "<", before),
      (db, ids) => db.deleteFrom("undo_offers").where("id", "in", ids).execute(),
    );
  },
};
