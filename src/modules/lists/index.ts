import { sql } from "kysely";
import type { AnyAction } from "../../platform/action.ts";
import { listSettings } from "../../platform/http/lists/schema.ts";
import { defineModule } from "../../platform/module.ts";
import { chooseColumns, columnRoutes } from "./columns.ts";

/** What one can do with any list page: choose its columns. */
export const listsModule = defineModule({
  name: "lists",
  tables: [listSettings],
  actions: [chooseColumns] as unknown as AnyAction[],
  routes: columnRoutes,
  reach: {
    list_settings: (query, ctx) => query.where(sql.ref("list_settings.user_id"), "=", ctx.actor.user_id),
  },
});
