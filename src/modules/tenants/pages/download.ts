import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { exportAnswer } from "../../../platform/export/answer.ts";
import type { Answer, Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { tenantOf } from "../actions.ts";
import { logDoing } from "../log.ts";
import { isFetchable } from "./rows.ts";

/** A finished export as a stream; that it was fetched stands in the operators' log. */
async function download(ctx: Ctx, id: string): Promise<Answer> {
  const task = await reading(ctx, (reader) => find(reader, "tenant_tasks", id));
  if (!isFetchable(task)) throw notFound(t("This export"));
  const about = { id: task.about_tenant_id, name: task.about_name };
  await tenantOf(ctx, about.id);
  const fileName = `${about.name.replace(/[^\w.-]+/g, "-").toLowerCase()}-${task.created_at.slice(0, 10)}`;
  return exportAnswer(ctx.app, { id, tenantId: about.id, fileName }, () =>
    ctx.app.database.platform((db) =>
      logDoing(ctx, db, "tenants.export_fetched", about, { asked_for_at: task.created_at }),
    ),
  );
}

const isOutsideRead = { isOutsideRead: true } as const;

export const downloadRoutes: Route[] = [
  {
    method: "GET",
    path: "/tasks/:id/download",
    door: "operator",
    permission: platformPermission,
    ...isOutsideRead,
    handle: (ctx, { params }) => download(ctx, params["id"] ?? ""),
  },
  {
    method: "GET",
    path: "/api/v1/tenant-tasks/:id/download",
    door: "api",
    permission: platformPermission,
    ...isOutsideRead,
    doc: { summary: "A finished export, as .tar.zst", answer: { media: "application/zstd" } },
    handle: (ctx, { params }) => download(ctx, params["id"] ?? ""),
  },
];
