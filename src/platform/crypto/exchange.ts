import { OperatorProblem } from "../config/problem.ts";
import type { App } from "../context.ts";
import { allTables, type Column, type Table } from "../database/columns.ts";
import type { Db } from "../database/tables.ts";
import { noId } from "../ids.ts";
import { nodesAlive } from "../jobs/nodes.ts";
import { loadTenant } from "../tenants.ts";
import { keyring, type Keyring } from "./keyring.ts";
import { resealColumns, resealFiles } from "./reseal.ts";

/**
 * Another master key. What it wraps (the data keys) and what the installation itself seals is put under the new one in a
 * single transaction, which also names the new one: before it the data needs the earlier key alone, after it the new one
 * alone, at no moment both.
 */

export interface Exchanged {
  keyId: string;
  organizations: number;
  /** How many recovery codes went: they are kept signed with the master key, and nobody can sign them anew. */
  recoveryCodes: number;
}

/**
 * Puts everything under a new master key; `app` works with the earlier one, and is of no use afterwards. Nobody else may
 * use the data meanwhile. Cut off at any point it is called again with the same key.
 *
 * @throws OperatorProblem `try_later` while nodes run, or when somebody else was faster
 */
export async function exchangeMasterKey(app: App, master: Uint8Array): Promise<Exchanged> {
  const next = keyring(master);
  if (next.keyId === app.keyring.keyId)
    throw new OperatorProblem("usage", `the new key is the one that is in use already (${next.keyId})`);
  const organizations = await app.database.platform(async (db) => {
    await assertAlone(app, db);
    // One that is being deleted has nothing left that could be sealed anew.
    return db
      .selectFrom("tenants")
      .select("id")
      .where("key_id", "is not", null)
      .where("deleting_at", "is", null)
      .execute();
  });
  // From before there were data keys: sealed under the master key itself.
  for (const { id } of organizations) {
    await app.database.read(id, (db) => loadTenant(app, db, id));
    await resealColumns(app, id);
    await resealFiles(app, id, () => undefined);
  }
  let recoveryCodes = 0;
  for (const { id } of organizations)
    recoveryCodes += await app.database.write(id, (db) => dropSigned(db, (table) => !table.isPlatform));
  recoveryCodes += await app.database.platform(async (db) => {
    await assertAlone(app, db);
    await nameKey(db, app.keyring, next);
    await wrapAnew(db, app.keyring, next);
    await sealAnew(db, app.keyring, next);
    return dropSigned(db, (table) => table.isPlatform);
  });
  return { keyId: next.keyId, organizations: organizations.length, recoveryCodes };
}

/** A node that runs on would wrap new keys with the earlier master key. */
async function assertAlone(app: App, db: Db): Promise<void> {
  const count = await nodesAlive(app, db);
  if (count > 0)
    throw new OperatorProblem("try_later", `${count === 1 ? "a node is" : `${count} nodes are`} still running`, [
      "Stop every node first. One that ended without saying so counts for twenty seconds more.",
    ]);
}

async function nameKey(db: Db, earlier: Keyring, next: Keyring): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("installation")
    .set({ fact_value: next.keyId })
    .where("fact", "=", "key_id")
    .where("fact_value", "=", earlier.keyId)
    .executeTakeFirst();
  if (numUpdatedRows === 0n)
    throw new OperatorProblem("try_later", "somebody else has exchanged the master key meanwhile");
}

async function wrapAnew(db: Db, earlier: Keyring, next: Keyring): Promise<void> {
  const rows = await db.selectFrom("tenant_keys").select(["for_tenant_id", "key_id", "wrapped_key"]).execute();
  for (const { for_tenant_id, key_id, wrapped_key } of rows)
    await db
      .updateTable("tenant_keys")
      .set({ wrapped_key: next.wrap(for_tenant_id, earlier.unwrap(for_tenant_id, key_id, wrapped_key)) })
      .where("for_tenant_id", "=", for_tenant_id)
      .where("key_id", "=", key_id)
      .execute();
}

// Which table and column is known only when the program runs.
type Loose = {
  selectFrom(name: string): { select(names: string[]): { execute(): Promise<Record<string, string | null>[]> } };
  updateTable(name: string): {
    set(values: object): { where(column: string, operator: "=", value: string): { execute(): Promise<unknown> } };
  };
  deleteFrom(name: string): { executeTakeFirst(): Promise<{ numDeletedRows: bigint }> };
};

/** What the installation itself keeps sealed: the authenticator apps of operators. */
async function sealAnew(db: Db, earlier: Keyring, next: Keyring): Promise<void> {
  const loose = db as unknown as Loose;
  for (const { table, name, column } of columnsOf((one) => one.isPlatform)) {
    if (column.sealedFor === "") continue;
    for (const row of await loose.selectFrom(table.name).select(["id", name]).execute()) {
      const sealed = row[name] ?? "";
      if (sealed === "") continue;
      const text = next.seal(column.sealedFor, noId, earlier.open(column.sealedFor, noId, sealed));
      await loose
        .updateTable(table.name)
        .set({ [name]: text })
        .where("id", "=", row["id"] ?? "")
        .execute();
    }
  }
}

/** Throws away what only the earlier key could hold against anything. */
async function dropSigned(db: Db, isMeant: (table: Table) => boolean): Promise<number> {
  let count = 0;
  for (const { table, column } of columnsOf(isMeant))
    if (column.isSigned)
      count += Number((await (db as unknown as Loose).deleteFrom(table.name).executeTakeFirst()).numDeletedRows);
  return count;
}

function columnsOf(isMeant: (table: Table) => boolean): { table: Table; name: string; column: Column }[] {
  return allTables()
    .filter(isMeant)
    .flatMap((table) => Object.entries(table.columns).map(([name, column]) => ({ table, name, column })));
}
