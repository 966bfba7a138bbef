import { plus } from "../clock.ts";
import type { App } from "../context.ts";
import type { Db } from "../database/tables.ts";
import { conflict } from "../errors.ts";
import { t } from "../language/index.ts";
import { loadTenant } from "../tenants.ts";
import { addDataKey } from "./data-keys.ts";
import { resealColumns, resealFiles } from "./reseal.ts";

/** A new data key for an organization. It goes in passes, each of which can be broken off and done again. */

/** So long an earlier key is kept after the new one came: what was being written meanwhile may still have been sealed with it. */
export const graceMilliseconds = 2 * 60_000;

export interface RotationWatch {
  /** How many files there are to look at; called at the start of a pass. */
  total(count: number): Promise<void> | void;
  /** Called after each file; throws to stop in between. */
  file(): Promise<void> | void;
  /** In the transaction that throws the earlier keys away. */
  finished?(db: Db): Promise<void>;
  /** Nobody else writes meanwhile: one pass is enough. */
  isAlone?: boolean;
}

/**
 * One pass: makes the new key (unless an earlier rotation left one whose work is not done), seals with it everything that is
 * not yet, and throws the earlier keys away when there was nothing left to seal a while after the key came.
 *
 * @returns null when it is finished; otherwise when the next pass is due
 */
export async function rotateDataKey(app: App, tenantId: string, watch: RotationWatch): Promise<string | null> {
  const madeAt = await currentKeyMadeAt(app, tenantId);
  await app.database.read(tenantId, (db) => loadTenant(app, db, tenantId));
  const { count } = await app.database.read(tenantId, (db) =>
    db
      .selectFrom("files")
      .select((eb) => eb.fn.count<number>("sha256").distinct().as("count"))
      .executeTakeFirstOrThrow(),
  );
  await watch.total(Number(count));
  const resealed = (await resealColumns(app, tenantId)) + (await resealFiles(app, tenantId, () => watch.file()));
  const now = app.clock.now();
  if (watch.isAlone !== true && (resealed > 0 || plus(madeAt, graceMilliseconds) > now))
    return plus(now, graceMilliseconds);
  await dropSealed(app, tenantId);
  await app.database.platform(async (db) => {
    const { key_id } = await db
      .selectFrom("tenants")
      .select("key_id")
      .where("id", "=", tenantId)
      .executeTakeFirstOrThrow();
    await db
      .deleteFrom("tenant_keys")
      .where("for_tenant_id", "=", tenantId)
      .where("key_id", "<>", key_id ?? "")
      .execute();
    await watch.finished?.(db);
  });
  app.keyring.forget(tenantId);
  return null;
}

/** Throws away what was sealed once and is not sealed anew: archives that lie there to be fetched. */
export async function dropSealed(app: App, tenantId: string): Promise<void> {
  for (const drop of app.registry.dropSealed) await drop(app, tenantId);
}

/** When the key came that is sealed with now. Earlier keys beside it say that a rotation is under way; else it begins. */
async function currentKeyMadeAt(app: App, tenantId: string): Promise<string> {
  return app.database.platform(async (db) => {
    const { deleting_at } = await db
      .selectFrom("tenants")
      .select("deleting_at")
      .where("id", "=", tenantId)
      .executeTakeFirstOrThrow();
    // Its key goes first, and no new one may come: what is sealed with it is meant to be lost.
    if (deleting_at !== null) throw conflict(t("This organization is being deleted."), "deleting");
    const keys = await db
      .selectFrom("tenant_keys")
      .innerJoin("tenants", "tenants.id", "tenant_keys.for_tenant_id")
      .select(["tenant_keys.key_id", "tenant_keys.created_at", "tenants.key_id as current"])
      .where("for_tenant_id", "=", tenantId)
      .execute();
    const current = keys.find(({ key_id, current: id }) => key_id === id);
    if (keys.length > 1 && current !== undefined) return current.created_at;
    await addDataKey(app, db, tenantId);
    return app.clock.now();
  });
}
