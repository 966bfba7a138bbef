import { plus } from "../../platform/clock.ts";
import { reading } from "../../platform/context.ts";
import { clearInPieces } from "../../platform/jobs/clear.ts";
import type { Job } from "../../platform/jobs/jobs.ts";

const day = 24 * 3600_000;

/** Forgets requests to the API that are older than the organization keeps them. */
export const forgetRequests: Job = {
  name: "security.forget_api_requests",
  schedule: "17 2 * * *",
  run: async (ctx) => {
    const { api_log_days } = await reading(ctx, ({ db }) =>
      db.selectFrom("organizations").select("api_log_days").executeTakeFirstOrThrow(),
    );
    const since = plus(ctx.app.clock.now(), -api_log_days * day);
    await clearInPieces(
      ctx,
      (db) => db.selectFrom("api_requests").select("id").where("requested_at", "<", since),
      (db, ids) => db.deleteFrom("api_requests").where("id", "in", ids).execute(),
    );
  },
};
