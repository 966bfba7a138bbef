import { writeAuditEntry } from "../../platform/access/audit.ts";
import { find } from "../../platform/access/reach.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { notFound } from "../../platform/errors.ts";
import { readExport } from "../../platform/export/vault.ts";
import { type Answer, response } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";

/** A finished export as a stream; that it was fetched stands in the audit log. */
export async function download(ctx: Ctx, id: string): Promise<Answer> {
  const row = await reading(ctx, (reader) => find(reader, "data_exports", id));
  if (row.export_status !== "ready") throw notFound(t("This export"));
  const pieces = readExport(ctx.app, ctx.tenant.id, id);
  // The first piece is read before anything is answered: a file that is not there is a 404, no broken download.
  const first = await pieces.next().catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw notFound(t("This export"));
    throw error;
  });
  await inUnit(ctx, (work) => writeAuditEntry(work, "export", "data_exports", id, null, { is_fetched: true }));
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
  return response(
    new Response(body, {
      headers: {
        "content-type": "application/zstd",
        "content-disposition": `attachment; filename="export-${row.created_at.slice(0, 10)}.tar.zst"`,
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
      },
    }),
  );
}
