import { sql } from "kysely";
import type { App } from "../../../platform/context.ts";
import { allTables, type Table } from "../../../platform/database/columns.ts";

/** How an organization's rows go: whatever refers to others before what it refers to, a few thousand at a time. */

const rowsAtOnce = 2000;

interface Edge {
  table: Table;
  column: string;
  target: string;
  isNullable: boolean;
}

function edgesOf(tables: readonly Table[]): Edge[] {
  const names = new Set(tables.map(({ name }) => name));
  return tables.flatMap((table) =>
    Object.entries(table.columns).flatMap(([column, { references, isNullable }]) =>
      references === null || !names.has(references) ? [] : [{ table, column, target: references, isNullable }],
    ),
  );
}

/**
 * The order in which tables can be emptied, and the columns that have to be set to null before: references that go round in
 * a circle, or back to their own table.
 */
export function purgeOrder(tables: readonly Table[]): { order: Table[]; loosen: { table: Table; column: string }[] } {
  const edges = edgesOf(tables);
  const left = new Set(tables);
  const order: Table[] = [];
  while (left.size > 0) {
    const holders = (table: Table, isAny: boolean): Edge[] =>
      edges.filter(
        (edge) =>
          edge.target === table.name && edge.table !== table && left.has(edge.table) && (isAny || !edge.isNullable),
      );
    const candidates = [...left];
    const next =
      candidates.find((table) => holders(table, true).length === 0) ??
      candidates.find((table) => holders(table, false).length === 0);
    if (next === undefined)
      throw new Error(`tables refer to each other in a circle: ${candidates.map(({ name }) => name)}`);
    left.delete(next);
    order.push(next);
  }
  const place = new Map(order.map((table, index) => [table.name, index]));
  const loosen = edges
    .filter(({ table, target }) => (place.get(target) ?? 0) <= (place.get(table.name) ?? 0))
    .map(({ table, column }) => ({ table, column }));
  return { order, loosen };
}

/** Deletes every row of an organization that is marked for it. Going on after an interruption costs nothing. */
export async function purgeRows(
  app: App,
  tenantId: string,
  progress: { total(count: number): Promise<void>; done(count: number): Promise<void> },
): Promise<void> {
  const { order, loosen } = purgeOrder(allTables().filter((table) => !table.isPlatform));
  await progress.total(await countRows(app, tenantId, order));
  for (const { table, column } of loosen)
    await app.database.write(tenantId, (db) =>
      sql`update ${sql.table(table.name)} set ${sql.ref(column)} = null
        where tenant_id = ${tenantId} and ${sql.ref(column)} is not null`.execute(db),
    );
  for (const { name } of order) {
    for (let purged = rowsAtOnce; purged === rowsAtOnce;) {
      purged = await app.database.write(tenantId, async (db) => {
        const { rows } = await sql<{ purged: number }>`
          select purge_tenant_rows(${name}, ${tenantId}::uuid, ${rowsAtOnce}) as purged`.execute(db);
        return rows[0]?.purged ?? 0;
      });
      await progress.done(purged);
    }
  }
}

async function countRows(app: App, tenantId: string, tables: readonly Table[]): Promise<number> {
  let count = 0;
  for (const { name } of tables) {
    const { rows } = await app.database.read(tenantId, (db) =>
      sql<{
        count: number;
      }>`select count(*)::int as count from ${sql.table(name)} where tenant_id = ${tenantId}`.execute(db),
    );
    count += rows[0]?.count ?? 0;
  }
  return count;
}
