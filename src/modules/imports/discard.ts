import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { action, perform } from "../../platform/action.ts";
import { plus } from "../../platform/clock.ts";
import { type Ctx, reading, type Work } from "../../platform/context.ts";
import type { PatchInput } from "../../platform/database/edge.ts";
import { remove } from "../../platform/database/records.ts";
import { conflict, Failure } from "../../platform/errors.ts";
import type { Job } from "../../platform/jobs/jobs.ts";
import { t } from "../../platform/language/index.ts";
import { importBatches } from "./schema.ts";

/** How long a file that nobody applies is kept: it is full of other people's names and addresses. */
const keptDays = 30;
const keptMilliseconds = keptDays * 24 * 3600_000;

/** When a file that is not applied goes by itself. */
export function goesAt({ updated_at }: { updated_at: string }): string {
  return plus(updated_at, keptMilliseconds);
}

/** Lets go of a file that was taken in and not applied. Its bytes go with the nightly sweep. */
export const discardImport = action({
  name: "imports.discard",
  permission: "imports.run",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id, version }: PatchInput): Promise<void> => {
    const { import_status } = await find(work, "import_batches", id);
    if (import_status !== "uploaded")
      throw conflict(t("This import has been applied. Take it back instead of discarding it."), "already_applied");
    await remove(work, importBatches, id, version);
  },
});

/** Files that were taken in long ago and never applied. */
export const discardOld: Job = {
  name: "imports.discard_old",
  schedule: "13 3 * * *",
  run: async (ctx: Ctx): Promise<void> => {
    const before = plus(ctx.app.clock.now(), -keptMilliseconds);
    const old = await reading(ctx, ({ db }) =>
      db
        .selectFrom("import_batches")
        .select(["id", "version"])
        .where("import_status", "=", "uploaded")
        .where("updated_at", "<", before)
        .execute(),
    );
    for (const batch of old)
      await perform(ctx, discardImport, batch).catch((error: unknown) => {
        // Somebody has taken it up meanwhile.
        if (!(error instanceof Failure)) throw error;
      });
  },
};
