import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import type { AnyAction } from "../../platform/action.ts";
import { listSettings, savedViews } from "../../platform/http/lists/schema.ts";
import { defineModule } from "../../platform/module.ts";
import { resource } from "../../platform/resource.ts";
import { chooseColumns, columnRoutes } from "./columns.ts";
import { exportRoutes } from "./export.ts";
import { viewRoutes } from "./pages.ts";
import { changeView, chooseDefault, deleteView, keepViews, saveView, shareViews } from "./views.ts";

/** What one can do with any list page: choose its columns, save it as a view. */
export const listsModule = defineModule({
  name: "lists",
  tables: [listSettings, savedViews],
  permissions: {
    [keepViews]: "Save views of lists for oneself",
    [shareViews]: "Share views of lists with everybody, and change shared ones",
  },
  grants: {
    manager: [keepViews, shareViews],
    technician: [keepViews],
    dispatcher: [keepViews, shareViews],
    sales: [keepViews],
    finance: [keepViews],
  },
  actions: [chooseColumns, chooseDefault, saveView, changeView, deleteView] as unknown as AnyAction[],
  resources: [
    resource({
      type: "saved_views",
      table: savedViews,
      permission: keepViews,
      create: saveView,
      update: changeView,
      remove: deleteView,
      sort: "name",
    }),
  ],
  routes: [...columnRoutes, ...viewRoutes, ...exportRoutes],
  reach: {
    list_settings: (query, ctx) => query.where(sql.ref("list_settings.user_id"), "=", ctx.actor.user_id),
    // One's own, and those that others share, of lists that one may open.
    saved_views: (query, ctx) => {
      if (ctx.actor.kind === "system") return query;
      const lists = [...ctx.app.registry.lists.values()]
        .filter(({ permission }) => ctx.actor.kind === "staff" && can(ctx.actor, permission))
        .map(({ list }) => list.url);
      const isOwn = sql<boolean>`(${sql.ref("saved_views.user_id")} = ${ctx.actor.user_id} or ${sql.ref("saved_views.is_shared")} = ${sql.lit(ctx.app.database.dialect === "sqlite" ? 1 : true)})`;
      return query.where(isOwn).where(sql.ref("saved_views.list_key"), "in", lists.length === 0 ? [""] : lists);
    },
  },
});
