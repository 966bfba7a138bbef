import { plus } from "../../platform/clock.ts";
import { inUnit } from "../../platform/context.ts";
import type { Job } from "../../platform/jobs/jobs.ts";

const day = 24 * 3600_000;

/** Forgets requests to the API that are older than the organization keeps them. */
export const forgetRequests: Job = {
  name: "security.forget_api_requests",
  schedule: "17 2 * * *",
  run: (ctx) =>
    inUnit(ctx, async (work) => {
      const { api_log_days } = await work.db
        .selectFrom("organizations")
        .select("api_log_days")
        .executeTakeFirstOrThrow();
      await work.db
        .deleteFrom("api_requests")
        .where("requested_at", "<", plus(work.app.clock.now(), -api_log_days * day))
        .execute();
    }),
};
