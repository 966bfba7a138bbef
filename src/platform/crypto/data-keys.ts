import { randomBytes } from "node:crypto";
import type { App } from "../context.ts";
import type { Db } from "../database/tables.ts";
import type { DataKey } from "./keyring.ts";

/** What an organization keeps encrypted cannot be opened. */
export class DataKeyMissing extends Error {}

function opened(app: Pick<App, "keyring">, tenantId: string, row: { key_id: string; wrapped_key: string }): DataKey {
  try {
    return app.keyring.unwrap(tenantId, row.key_id, row.wrapped_key);
  } catch (error) {
    throw new DataKeyMissing(`the data key ${row.key_id} of the organization ${tenantId} cannot be opened`, {
      cause: error,
    });
  }
}

/** A new data key: 32 random bytes, named by 8 random hex digits. */
export function newDataKey(): DataKey {
  return { id: randomBytes(4).toString("hex"), bytes: randomBytes(32) };
}

/** Gives a tenant its first data key, inside a transaction on the platform's tables; another one that is there stays. */
export async function giveDataKey(app: Pick<App, "keyring" | "clock">, db: Db, tenantId: string): Promise<void> {
  const { key_id } = await db
    .selectFrom("tenants")
    .select("key_id")
    .where("id", "=", tenantId)
    .executeTakeFirstOrThrow();
  if (key_id === null) await addDataKey(app, db, tenantId);
}

/** Adds a data key and makes it the one that is sealed with; earlier ones still open what they have sealed. */
export async function addDataKey(app: Pick<App, "keyring" | "clock">, db: Db, tenantId: string): Promise<string> {
  const key = newDataKey();
  await db
    .insertInto("tenant_keys")
    .values({
      for_tenant_id: tenantId,
      key_id: key.id,
      wrapped_key: app.keyring.wrap(tenantId, key),
      created_at: app.clock.now(),
    })
    .execute();
  await db.updateTable("tenants").set({ key_id: key.id }).where("id", "=", tenantId).execute();
  return key.id;
}

/**
 * Sees to it that this process seals with the key that the tenant's row names; costs nothing while it does already. Throws
 * when a key is missing or was wrapped by another master key.
 */
export async function adoptDataKeys(
  app: Pick<App, "keyring">,
  db: Db,
  tenantId: string,
  current: string,
): Promise<void> {
  if (app.keyring.currentOf(tenantId) === current) return;
  const rows = await db
    .selectFrom("tenant_keys")
    .select(["key_id", "wrapped_key"])
    .where("for_tenant_id", "=", tenantId)
    .execute();
  if (!rows.some(({ key_id }) => key_id === current))
    throw new DataKeyMissing(`the data key ${current} of the organization ${tenantId} is missing`);
  const keys = rows.map((row) => opened(app, tenantId, row));
  app.keyring.adopt(tenantId, current, keys);
}
