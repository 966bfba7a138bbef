import { find } from "../../platform/access/reach.ts";
import { type Ctx, inUnit } from "../../platform/context.ts";
import { isOutage, translateDatabaseError } from "../../platform/database/failures.ts";
import { Failure } from "../../platform/errors.ts";
import type { Patch, Table } from "../../platform/database/columns.ts";
import { update } from "../../platform/database/records.ts";
import { emit } from "../../platform/events/outbox.ts";
import { t } from "../../platform/language/index.ts";
import { log } from "../../platform/log.ts";
import { importFailed } from "./events.ts";
import type { Batch } from "./file.ts";
import { importBatches } from "./schema.ts";

/** What ended the work on a batch before its time, as its summary keeps it: what was being done, and a sentence. */
export interface Ended {
  while: "applying" | "undoing";
  text: string;
}

/** What has ended the work on a batch; null for any that has not failed. */
export function endedBy(batch: Batch): Ended | null {
  return batch.import_status === "failed" ? (batch.summary["failure"] as Ended) : null;
}

/** The batch's summary without what ended it: somebody goes on. */
export function withoutFailure({ failure: _failure, ...summary }: Batch["summary"]): Batch["summary"] {
  return summary;
}

/**
 * Ends the work on a batch that met a defect: tried again it would meet the same one for ever, and nobody else could import
 * meanwhile. What its units have done stands. When only the database is gone the error is thrown on, for a later round.
 */
export async function endFailed(ctx: Ctx, { id, import_status }: Batch, error: unknown): Promise<void> {
  if (isOutage(error) || (import_status !== "applying" && import_status !== "undoing")) throw error;
  const failure = translateDatabaseError(error);
  const about = { tenant: ctx.tenant.id, batch: id };
  log.error("an import has failed", { ...about, error: error instanceof Error ? (error.stack ?? "") : String(error) });
  await inUnit(ctx, async (work) => {
    const now = (await find(work, "import_batches", id)) as unknown as Batch;
    if (now.import_status !== import_status) return;
    const ended: Ended = {
      while: import_status,
      text: failure instanceof Failure ? failure.message : t("Purser met an error of its own."),
    };
    await emit(work, importFailed, { import_batch_id: id, created_by_id: now.created_by_id });
    await update(work, importBatches as Table, id, {
      import_status: "failed",
      lease_until: null,
      summary: { ...now.summary, failure: ended },
    } as Patch<Table>);
  });
}
