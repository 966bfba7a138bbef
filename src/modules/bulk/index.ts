import { sql } from "kysely";
import { undoOffers } from "../../platform/undo/schema.ts";
import { defineModule } from "../../platform/module.ts";
import { bulkApi } from "./api.ts";
import { bulkPages } from "./pages.ts";
import { takeUpRuns } from "./run.ts";
import { bulkItems, bulkRuns } from "./schema.ts";
import { forgetOffers, undoRoutes } from "./undo.ts";

/** Doing something with many records at once, and taking back what was done. */
export const bulkModule = defineModule({
  name: "bulk",
  tables: [bulkRuns, bulkItems, undoOffers],
  routes: [...bulkPages, ...undoRoutes, ...bulkApi],
  jobs: [{ name: "bulk.take_up_runs", schedule: "* * * * *", run: takeUpRuns }, forgetOffers],
  reach: {
    // A report names records: whoever made it could see them, others perhaps not.
    bulk_runs: (query, ctx) => query.where(sql.ref("bulk_runs.user_id"), "=", ctx.actor.user_id),
  },
});
