import { sql } from "kysely";
import { maybeFind } from "../../platform/access/reach.ts";
import type { Work } from "../../platform/context.ts";
import { type Patch, type Table, tableNamed } from "../../platform/database/columns.ts";
import { remove, update } from "../../platform/database/records.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { Failure } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

/** A record that undo left as it is, and why. */
export interface LeftAlone {
  line: number;
  entity_type: string;
  entity_id: string;
  reason: string;
}

/**
 * Takes some of a batch back, last row first; a row that is done is forgotten. What was touched since, or is in use now, is
 * left alone and named.
 */
export async function undoSome(
  work: Work,
  batchId: string,
  count: number,
): Promise<{ undone: number; left: LeftAlone[]; isLast: boolean }> {
  const rows = await work.db
    .selectFrom("import_rows")
    .selectAll()
    .where("batch_id", "=", batchId)
    .orderBy("id", "desc")
    .limit(count)
    .execute();
  const left: LeftAlone[] = [];
  let undone = 0;
  for (const [index, row] of rows.entries()) {
    if (index % 10 === 9) await Bun.sleep(0);
    const reason = await undoRow(work, row);
    if (reason === null) undone += 1;
    else left.push({ line: row.line, entity_type: row.entity_type, entity_id: row.entity_id, reason });
  }
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await work.db.deleteFrom("import_rows").where("id", "in", ids).execute();
  return { undone, left, isLast: rows.length < count };
}

interface StoredRow {
  batch_id: string;
  entity_type: string;
  entity_id: string;
  row_outcome: "created" | "updated";
  previous_values: Record<string, unknown> | null;
  version_after: number;
}

/** Undoes one row; the reason when it is left alone. */
async function undoRow(work: Work, row: StoredRow): Promise<string | null> {
  const table = tableNamed(row.entity_type) as Table;
  const present = (await maybeFind(work, row.entity_type as TableName, row.entity_id)) as
    Record<string, unknown> | undefined;
  if (present === undefined) return t("It is not there any more.");
  if (present["version"] !== row.version_after) return t("It was changed since the import.");
  if (row.row_outcome === "updated") {
    await update(work, table, row.entity_id, (row.previous_values ?? {}) as Patch<Table>);
    return null;
  }
  const about = [...work.app.registry.transfers.values()].find(
    ({ resource }) => resource.table.name === row.entity_type,
  );
  await sql`savepoint undo_row`.execute(work.db);
  await work.db
    .deleteFrom("external_ids")
    .where("entity_type", "=", row.entity_type)
    .where("entity_id", "=", row.entity_id)
    .where("batch_id", "=", row.batch_id)
    .execute();
  await about?.beforeUndo?.(work, row.entity_id);
  if (row.entity_type === "rate_cards") await removeRates(work, row.entity_id);
  try {
    await remove(work, table, row.entity_id);
  } catch (error) {
    if (!(error instanceof Failure && error.status === 409)) throw error;
    await sql`rollback to savepoint undo_row`.execute(work.db);
    await sql`release savepoint undo_row`.execute(work.db);
    return t("Something refers to it now.");
  }
  await sql`release savepoint undo_row`.execute(work.db);
  return null;
}

/** The rates of a card that the import made go with the card, unless a company uses it. */
async function removeRates(work: Work, cardId: string): Promise<void> {
  const used = await work.db
    .selectFrom("companies")
    .select("id")
    .where("rate_card_id", "=", cardId)
    .limit(1)
    .executeTakeFirst();
  if (used === undefined) await work.db.deleteFrom("rate_card_items").where("rate_card_id", "=", cardId).execute();
}
