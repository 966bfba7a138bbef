import { contextOf, type App, type Tenant } from "../../platform/context.ts";
import { system } from "../../platform/access/actor.ts";
import { plus } from "../../platform/clock.ts";
import type { Patch } from "../../platform/database/columns.ts";
import { isOutage } from "../../platform/database/failures.ts";
import type { Db } from "../../platform/database/tables.ts";
import { exportTenant } from "../../platform/export/archive.ts";
import { dropExport, keepExport } from "../../platform/export/vault.ts";
import { tenantsWithWork } from "../../platform/jobs/due-work.ts";
import { newClaim, runLeased } from "../../platform/jobs/leased.ts";
import { complaint } from "../../platform/log.ts";
import { csvEntries } from "./files.ts";
import type { dataExports } from "./schema.ts";

const keptMilliseconds = 7 * 86_400_000;

type Values = Patch<typeof dataExports>;

interface Claimed {
  id: string;
  claim_token: string;
}

const failed = complaint("error", "the exports of an organization could not be seen to");

/** A round: builds what waits, and throws away what has expired. */
export async function buildExports(app: App, isStopping: () => boolean): Promise<void> {
  for (const tenant of await tenantsWithWork(app, [])) {
    if (isStopping()) return;
    try {
      await dropExpired(app, tenant);
      const claimed = await claim(app, tenant);
      if (claimed !== null) await build(app, tenant, claimed, isStopping);
    } catch (error) {
      // The trouble of one organization must not keep the others waiting; an outage is everybody's.
      if (isOutage(error)) throw error;
      failed({ tenant: tenant.id, error: String(error) });
    }
  }
}

/** Takes the export that waits, or whose builder has gone. */
async function claim(app: App, tenant: Tenant): Promise<Claimed | null> {
  const now = app.clock.now();
  return app.database.write(tenant.id, async (db) => {
    const found = await db
      .selectFrom("data_exports")
      .select("id")
      .where("export_status", "in", ["waiting", "building"])
      .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<", now)]))
      .executeTakeFirst();
    if (found === undefined) return null;
    const taken = newClaim(app);
    await db
      .updateTable("data_exports")
      .set({ export_status: "building", ...taken })
      .where("id", "=", found.id)
      .execute();
    return { id: found.id, claim_token: taken.claim_token };
  });
}

async function build(app: App, tenant: Tenant, claimed: Claimed, isStopping: () => boolean): Promise<void> {
  const { id } = claimed;
  const ctx = contextOf(app, tenant, system);
  await runLeased<Values>(app, {
    about: { export: id, tenant: tenant.id },
    write: (values) => change(app, tenant, claimed, values),
    run: async (progress) => {
      const size = await keepExport(
        app,
        tenant.id,
        id,
        exportTenant(app, tenant, progress, csvEntries(ctx, id, progress)),
      );
      return {
        export_status: "ready",
        result_kb: Math.max(1, Math.ceil(size / 1000)),
        expires_at: plus(app.clock.now(), keptMilliseconds),
      };
    },
    waiting: { export_status: "waiting" },
    failed: () => ({ export_status: "failed" }),
    isStopping,
  });
}

/** Writes into an export that is still ours; false when it is not any more. */
async function change(app: App, tenant: Tenant, { id, claim_token }: Claimed, values: Values): Promise<boolean> {
  const { numUpdatedRows } = await app.database.write(tenant.id, (db) =>
    db
      .updateTable("data_exports")
      .set(values)
      .where("id", "=", id)
      .where("claim_token", "=", claim_token)
      .executeTakeFirst(),
  );
  return numUpdatedRows === 1n;
}

async function expire(app: App, tenantId: string, id: string): Promise<void> {
  await dropExport(app, id);
  await app.database.write(tenantId, (db) =>
    db.updateTable("data_exports").set({ export_status: "expired", result_kb: 0 }).where("id", "=", id).execute(),
  );
}

async function dropExpired(app: App, tenant: Tenant): Promise<void> {
  const now = app.clock.now();
  const rows = await app.database.read(tenant.id, (db) =>
    db
      .selectFrom("data_exports")
      .select("id")
      .where("export_status", "=", "ready")
      .where("expires_at", "<=", now)
      .execute(),
  );
  for (const { id } of rows) await expire(app, tenant.id, id);
}

/** Throws every archive away that lies there to be fetched: the key that it is sealed with goes. */
export async function dropAll(app: App, tenantId: string): Promise<void> {
  const rows = await app.database.read(tenantId, (db) =>
    db.selectFrom("data_exports").select("id").where("export_status", "=", "ready").execute(),
  );
  for (const { id } of rows) await expire(app, tenantId, id);
}

/** When an organization's exports want to go on: now, while one waits; else when the next one expires. */
export async function nextExport(db: Db): Promise<string | null> {
  const rows = await db
    .selectFrom("data_exports")
    .select(["export_status", "created_at", "expires_at"])
    .where("export_status", "in", ["waiting", "building", "ready"])
    .execute();
  const due = rows.map((row) => (row.export_status === "ready" ? (row.expires_at ?? row.created_at) : row.created_at));
  return due.toSorted()[0] ?? null;
}
