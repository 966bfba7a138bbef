import { can } from "../../platform/access/actor.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { forbidden, notFound } from "../../platform/errors.ts";
import type { ListQuery } from "../../platform/http/lists/list.ts";
import { narrowed } from "../../platform/http/lists/filters.ts";
import { listFile } from "../../platform/http/lists/file.ts";
import { listState } from "../../platform/http/lists/state.ts";
import { type Answer, type Incoming, response, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { exportCsv } from "../../platform/transfer/export.ts";
import { backTo, listNamed } from "./columns.ts";

/**
 * `GET /lists/export?list=/tickets&back=/tickets?state=open&columns=shown`: what a list shows, all of its pages. With
 * `columns=all`, or without, all columns, as a file that can be imported again.
 */
async function exportList(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const list = listNamed(ctx, incoming.url.searchParams.get("list") ?? "");
  const url = backTo(list.url, incoming.url.searchParams.get("back"));
  if (incoming.url.searchParams.get("columns") === "shown") return response(await listFile(ctx, url, list));
  const resource = [...ctx.app.registry.resources.values()].find(
    (one) => one.table.name === list.table && one.audience === "staff",
  );
  if (resource === undefined) throw notFound(t("This list"));
  if (resource.permission !== null && !can(ctx.actor, resource.permission)) throw forbidden();
  const { parameters } = await reading(ctx, (reader) => listState(reader, url, list));
  const file = await exportCsv(ctx, resource, {
    ids: async (reader) => (await narrowed(reader, parameters, list)) as ListQuery<{ id: string }>,
    filters: Object.fromEntries(parameters),
  });
  return response(file);
}

export const exportRoutes: Route[] = [
  {
    method: "GET",
    path: "/lists/export",
    door: "staff",
    permission: null,
    // That it was taken is written down, and the file is read page by page.
    isOutsideRead: true,
    handle: exportList,
  },
];
