import { platformPermission } from "../../../platform/access/platform.ts";
import { find } from "../../../platform/access/reach.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { readExport } from "../../../platform/export/vault.ts";
import { type Answer, response, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { tenantOf } from "../actions.ts";
import { logDoing } from "../log.ts";
import { isFetchable } from "./rows.ts";

/** A finished export as a stream: memory holds a piece at a time. */
async function download(ctx: Ctx, id: string): Promise<Answer> {
  const task = await reading(ctx, (reader) => find(reader, "tenant_tasks", id));
  if (!isFetchable(task)) throw notFound(t("This export"));
  await tenantOf(ctx, task.about_tenant_id);
  const pieces = readExport(ctx.app, task.about_tenant_id, id);
  // The first piece is read before anything is answered: an export that lies on another node is a 404, no broken download.
  const first = await pieces.next().catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw notFound(t("This export"));
    throw error;
  });
  await ctx.app.database.platform((db) =>
    logDoing(ctx, db, "tenants.export_fetched", { id: task.about_tenant_id, name: task.about_name }),
  );
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (first.value !== undefined) controller.enqueue(first.value);
    },
    pull: async (controller) => {
      const { value, done } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await pieces.return(undefined);
    },
  });
  const name = task.about_name.replace(/[^\w.-]+/g, "-").toLowerCase();
  return response(
    new Response(body, {
      headers: {
        "content-type": "application/zstd",
        "content-disposition": `attachment; filename="${name}-${task.created_at.slice(0, 10)}.tar.zst"`,
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
      },
    }),
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
