import { sql } from "kysely";
import { undoOffers } from "../../platform/undo/schema.ts";
import { can } from "../../platform/access/actor.ts";
import type { Ctx } from "../../platform/context.ts";
import { defineModule } from "../../platform/module.ts";
import { bulkApi } from "./api.ts";
import { bulkPages } from "./pages.ts";
import { goOn, nextRun } from "./go-on.ts";
import { bulkItems, bulkRuns } from "./schema.ts";
import { forgetOffers } from "./jobs.ts";
import { undoRoutes } from "./undo.ts";

/** What the actor's permissions let them do. */
const permittedActions = ({ app, actor }: Ctx): string[] =>
  [...app.registry.actions.values()].flatMap(({ name, permission }) =>
    permission !== null && can(actor, permission) ? [name] : [],
  );

/** Doing something with many records at once, and taking back what was done. */
export const bulkModule = defineModule({
  name: "bulk",
  tables: [bulkRuns, bulkItems, undoOffers],
  routes: [...bulkPages, ...undoRoutes, ...bulkApi],
  jobs: [forgetOffers],
  rounds: [{ name: "bulk.go_on", seconds: 2, run: goOn }],
  nextDue: nextRun,
  reach: {
    // A report names records: whoever made it could see them, others perhaps not.
    bulk_runs: (query, ctx) => {
      const own = query.where(sql.ref("bulk_runs.user_id"), "=", ctx.actor.user_id);
      // A key or an app sees the reports of what it could have done itself.
      return ctx.actor.is_limited === true
        ? own.where(sql.ref("bulk_runs.action_name"), "in", ["", ...permittedActions(ctx)])
        : own;
    },
  },
});
