import { writeAuditEntry } from "../../platform/access/audit.ts";
import { find } from "../../platform/access/reach.ts";
import { type Ctx, inUnit, reading } from "../../platform/context.ts";
import { notFound } from "../../platform/errors.ts";
import { exportAnswer } from "../../platform/export/answer.ts";
import type { Answer } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";

/** A finished export as a stream; that it was fetched stands in the audit log. */
export async function download(ctx: Ctx, id: string): Promise<Answer> {
  const row = await reading(ctx, (reader) => find(reader, "data_exports", id));
  if (row.export_status !== "ready") throw notFound(t("This export"));
  const fileName = `export-${row.created_at.slice(0, 10)}`;
  return exportAnswer(ctx.app, { id, tenantId: ctx.tenant.id, fileName }, () =>
    inUnit(ctx, (work) => writeAuditEntry(work, "export", "data_exports", id, null, { is_fetched: true })),
  );
}
