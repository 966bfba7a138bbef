import type { App } from "../context.ts";
import { notFound } from "../errors.ts";
import { type Answer, response } from "../http/route.ts";
import { t } from "../language/index.ts";
import { readExport } from "./vault.ts";

/**
 * A kept export as a download that memory holds a piece at a time. Fails with 404 when its file is not on this node.
 * `fetched` runs when the file is there and before anything is answered: where it is written down who took it.
 */
export async function exportAnswer(
  app: App,
  kept: { id: string; tenantId: string; fileName: string },
  fetched: () => Promise<unknown>,
): Promise<Answer> {
  const pieces = readExport(app, kept.tenantId, kept.id);
  // Read before anything is answered: a file that is not there is a 404, no broken download.
  const first = await pieces.next().catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw notFound(t("This export"));
    throw error;
  });
  await fetched();
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
        "content-disposition": `attachment; filename="${kept.fileName}.tar.zst"`,
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
      },
    }),
  );
}
