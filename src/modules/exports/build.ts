import { contextOf, type App, type Tenant } from "../../platform/context.ts";
import { system } from "../../platform/access/actor.ts";
import { plus } from "../../platform/clock.ts";
import type { Db } from "../../platform/database/tables.ts";
import { exportTenant } from "../../platform/export/archive.ts";
import { dropExport, keepExport } from "../../platform/export/vault.ts";
import { tenantsWithWork } from "../../platform/jobs/due-work.ts";
import { log } from "../../platform/log.ts";
import { csvEntries } from "./files.ts";

const keptMilliseconds = 7 * 86_400_000;
const leaseMilliseconds = 60_000;

/** The program ends: the export goes back to where the next run finds it. */
class Stopped extends Error {}

/** A round: builds what waits, and throws away what has expired. */
export async function buildExports(app: App, isStopping: () => boolean): Promise<void> {
  for (const tenant of await tenantsWithWork(app, [])) {
    if (isStopping()) return;
    await dropExpired(app, tenant);
    const id = await claim(app, tenant);
    if (id !== null) await build(app, tenant, id, isStopping);
  }
}

/** Takes the export that waits, or whose builder has gone. */
async function claim(app: App, tenant: Tenant): Promise<string | null> {
  const now = app.clock.now();
  return app.database.write(tenant.id, async (db) => {
    const found = await db
      .selectFrom("data_exports")
      .select("id")
      .where("export_status", "in", ["waiting", "building"])
      .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<", now)]))
      .executeTakeFirst();
    if (found === undefined) return null;
    await change(db, found.id, { export_status: "building", lease_until: plus(now, leaseMilliseconds) });
    return found.id;
  });
}

async function change(db: Db, id: string, values: Record<string, unknown>): Promise<void> {
  await db
    .updateTable("data_exports")
    .set(values as never)
    .where("id", "=", id)
    .execute();
}

async function build(app: App, tenant: Tenant, id: string, isStopping: () => boolean): Promise<void> {
  const write = (values: Record<string, unknown>): Promise<void> =>
    app.database.write(tenant.id, (db) => change(db, id, values));
  let done = 0;
  let written = performance.now();
  const progress = {
    total: (total_count: number) => write({ total_count, done_count: 0 }),
    done: async (count: number) => {
      done += count;
      if (isStopping()) throw new Stopped();
      if (performance.now() - written < 1000) return;
      written = performance.now();
      await write({ done_count: done, lease_until: plus(app.clock.now(), leaseMilliseconds) });
    },
  };
  try {
    const ctx = contextOf(app, tenant, system);
    const size = await keepExport(
      app,
      tenant.id,
      id,
      exportTenant(app, tenant, progress, csvEntries(ctx, id, progress)),
    );
    const expires_at = plus(app.clock.now(), keptMilliseconds);
    await write({
      export_status: "ready",
      done_count: done,
      result_kb: Math.max(1, Math.ceil(size / 1000)),
      expires_at,
      lease_until: null,
    });
  } catch (error) {
    if (error instanceof Stopped) return write({ export_status: "waiting", lease_until: null });
    log.error("an export could not be built", { tenant: tenant.id, error: String(error) });
    await write({ export_status: "failed", last_error: String(error).slice(0, 2000), lease_until: null });
  }
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
  for (const { id } of rows) {
    await dropExport(app, id);
    await app.database.write(tenant.id, (db) => change(db, id, { export_status: "expired", result_kb: 0 }));
  }
}

/** Throws every archive away that lies there to be fetched: the key that it is sealed with goes. */
export async function dropAll(app: App, tenantId: string): Promise<void> {
  const rows = await app.database.read(tenantId, (db) =>
    db.selectFrom("data_exports").select("id").where("export_status", "=", "ready").execute(),
  );
  for (const { id } of rows) {
    await dropExport(app, id);
    await app.database.write(tenantId, (db) => change(db, id, { export_status: "expired", result_kb: 0 }));
  }
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
