import { platformContext } from "../../../platform/access/platform.ts";
import { system } from "../../../platform/access/actor.ts";
import type { RowFor } from "../../../platform/access/reach.ts";
import type { App } from "../../../platform/context.ts";
import { dropSealed, rotateDataKey } from "../../../platform/crypto/rotate.ts";
import { exportTenant } from "../../../platform/export/archive.ts";
import { dropExport, keepExport } from "../../../platform/export/vault.ts";
import { newClaim, type Progress, runLeased } from "../../../platform/jobs/leased.ts";
import { tenantOf } from "../actions.ts";
import { logDoing } from "../log.ts";
import { purgeRows } from "./purge.ts";
import { exportExpiry } from "./queue.ts";

type Task = RowFor<"tenant_tasks">;
type Values = Partial<Task>;

/** Does the tasks that wait, one after the other. */
export async function runTasks(app: App, isStopping: () => boolean): Promise<void> {
  await dropExpired(app);
  while (!isStopping()) {
    const task = await claim(app);
    if (task === null) return;
    await runLeased<Values>(app, {
      about: { task: task.task_kind, tenant: task.about_tenant_id },
      write: (values) => change(app, task, values),
      run: (progress) => work[task.task_kind](app, task, progress),
      waiting: { task_state: "waiting" },
      failed: () => ({ task_state: "failed", finished_at: app.clock.now() }),
      isStopping,
    });
  }
}

/** Takes the oldest task that waits, or whose node has gone. */
async function claim(app: App): Promise<Task | null> {
  const now = app.clock.now();
  return app.database.platform(async (db) => {
    const found = await db
      .selectFrom("tenant_tasks")
      .select("id")
      .where("task_state", "in", ["waiting", "running"])
      .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<", now)]))
      .orderBy("created_at")
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (found === undefined) return null;
    const taken = await db
      .updateTable("tenant_tasks")
      .set((eb) => ({
        task_state: "running",
        ...newClaim(app),
        started_at: eb.fn.coalesce("started_at", eb.val(now)),
      }))
      .where("id", "=", found.id)
      .returningAll()
      .executeTakeFirst();
    return taken ?? null;
  });
}

/** Writes into a task that is still ours; false when it is not any more. */
async function change(app: App, { id, claim_token }: Task, values: Values): Promise<boolean> {
  const { numUpdatedRows } = await app.database.platform((db) =>
    db
      .updateTable("tenant_tasks")
      .set(values)
      .where("id", "=", id)
      .where("claim_token", "=", claim_token)
      .executeTakeFirst(),
  );
  return numUpdatedRows === 1n;
}

const ended = (app: App): Values => ({ task_state: "done", finished_at: app.clock.now() });

/** What each kind does, and what its task says then. */
const work: Record<Task["task_kind"], (app: App, task: Task, progress: Progress) => Promise<Values>> = {
  export: async (app, task, progress) => {
    const tenant = { id: task.about_tenant_id, name: task.about_name };
    await tenantOf(operatorContext(app), tenant.id);
    const bytes = await keepExport(app, tenant.id, task.id, exportTenant(app, tenant, progress));
    const result_kb = Math.max(1, Math.ceil(bytes / 1000));
    return { ...ended(app), result_kb, expires_at: exportExpiry(app.clock.now()) };
  },
  rotate_key: rotateKey,
  delete: deleteTenant,
};

const operatorContext = (app: App) => platformContext(app, system);

async function rotateKey(app: App, task: Task, progress: Progress): Promise<Values> {
  const about = { id: task.about_tenant_id, name: task.about_name };
  const again = await rotateDataKey(app, about.id, {
    total: (count) => progress.total(count),
    file: () => progress.done(1),
    finished: (db) => logDoing(operatorContext(app), db, "tenants.key_rotated", about),
  });
  return again === null ? ended(app) : { task_state: "waiting", lease_until: again };
}

/** The key first: from then on nothing sealed can be read, wherever copies of it lie. Then exports, rows, files, names. */
async function deleteTenant(app: App, task: Task, progress: Progress): Promise<Values> {
  const id = task.about_tenant_id;
  const about = { id, name: task.about_name };
  await app.database.platform((db) => db.deleteFrom("tenant_keys").where("for_tenant_id", "=", id).execute());
  await dropSealed(app, id);
  app.keyring.forget(id);
  await purgeRows(app, id, progress);
  await app.files.removeAll(id);
  await app.database.platform(async (db) => {
    await db.deleteFrom("tenant_keys").where("for_tenant_id", "=", id).execute();
    await db.deleteFrom("tenant_domains").where("domain_tenant_id", "=", id).execute();
    await db.deleteFrom("domain_claims").where("for_tenant_id", "=", id).execute();
    await db.deleteFrom("tenant_work").where("for_tenant_id", "=", id).execute();
    await db.deleteFrom("tenant_usage").where("for_tenant_id", "=", id).execute();
    await db.deleteFrom("tenants").where("id", "=", id).execute();
    await logDoing(operatorContext(app), db, "tenants.deleted", about);
  });
  return ended(app);
}

/** Throws the exports of an organization away: they are sealed with a key that is going. */
export async function dropExports(app: App, tenantId: string): Promise<void> {
  const rows = await app.database.platform((db) =>
    db
      .updateTable("tenant_tasks")
      .set({ result_kb: 0 })
      .where("about_tenant_id", "=", tenantId)
      .where("task_kind", "=", "export")
      .where("result_kb", ">", 0)
      .returning("id")
      .execute(),
  );
  for (const { id } of rows) await dropExport(app, id);
}

async function dropExpired(app: App): Promise<void> {
  const rows = await app.database.platform((db) =>
    db
      .updateTable("tenant_tasks")
      .set({ result_kb: 0 })
      .where("task_kind", "=", "export")
      .where("result_kb", ">", 0)
      .where("expires_at", "<=", app.clock.now())
      .returning("id")
      .execute(),
  );
  for (const { id } of rows) await dropExport(app, id);
}
