import { platformContext } from "../../../platform/access/platform.ts";
import { system } from "../../../platform/access/actor.ts";
import type { RowFor } from "../../../platform/access/reach.ts";
import { plus } from "../../../platform/clock.ts";
import type { App } from "../../../platform/context.ts";
import { dropSealed, rotateDataKey } from "../../../platform/crypto/rotate.ts";
import { exportTenant } from "../../../platform/export/archive.ts";
import { dropExport, keepExport } from "../../../platform/export/vault.ts";
import { log } from "../../../platform/log.ts";
import { tenantOf } from "../actions.ts";
import { logDoing } from "../log.ts";
import { purgeRows } from "./purge.ts";
import { exportExpiry } from "./queue.ts";

type Task = RowFor<"tenant_tasks">;

const leaseMilliseconds = 60_000;

/** The program ends: the task goes back to where others find it. */
class Stopped extends Error {}

/** Does the tasks that wait, one after the other. */
export async function runTasks(app: App, isStopping: () => boolean): Promise<void> {
  await dropExpired(app);
  for (let task = await claim(app); task !== null && !isStopping(); task = await claim(app))
    await runOne(app, task, isStopping);
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
        lease_until: plus(now, leaseMilliseconds),
        started_at: eb.fn.coalesce("started_at", eb.val(now)),
      }))
      .where("id", "=", found.id)
      .returningAll()
      .executeTakeFirst();
    return taken ?? null;
  });
}

async function change(app: App, task: Task, values: Partial<Task>): Promise<void> {
  await app.database.platform((db) => db.updateTable("tenant_tasks").set(values).where("id", "=", task.id).execute());
}

async function runOne(app: App, task: Task, isStopping: () => boolean): Promise<void> {
  let done = 0;
  let written = 0;
  const progress = {
    total: (total_count: number) => change(app, task, { total_count, done_count: 0 }),
    done: async (count: number) => {
      done += count;
      if (isStopping()) throw new Stopped();
      // The lease is renewed with it, so not only now and then; but not for every row either.
      if (performance.now() - written < 1000) return;
      written = performance.now();
      await change(app, task, { done_count: done, lease_until: plus(app.clock.now(), leaseMilliseconds) });
    },
  };
  try {
    const finished = await work[task.task_kind](app, task, progress);
    if (finished === null) return;
    await change(app, task, {
      task_state: "done",
      finished_at: app.clock.now(),
      lease_until: null,
      last_error: "",
      ...(done > 0 ? { done_count: done } : {}),
      ...finished,
    });
  } catch (error) {
    if (error instanceof Stopped) return change(app, task, { task_state: "waiting", lease_until: null });
    const message = error instanceof Error ? error.message : String(error);
    log.error("a task on an organization failed", {
      task: task.task_kind,
      tenant: task.about_tenant_id,
      error: message,
    });
    await change(app, task, {
      task_state: "failed",
      finished_at: app.clock.now(),
      lease_until: null,
      last_error: message.slice(0, 2000),
    });
  }
}

interface Progress {
  total(count: number): Promise<void>;
  done(count: number): Promise<void>;
}

/** What each kind does; null: it is not finished and has said when it goes on. */
const work: Record<Task["task_kind"], (app: App, task: Task, progress: Progress) => Promise<Partial<Task> | null>> = {
  export: async (app, task, progress) => {
    const tenant = { id: task.about_tenant_id, name: task.about_name };
    await tenantOf(operatorContext(app), tenant.id);
    const bytes = await keepExport(app, tenant.id, task.id, exportTenant(app, tenant, progress));
    return { result_kb: Math.max(1, Math.ceil(bytes / 1000)), expires_at: exportExpiry(app.clock.now()) };
  },
  rotate_key: rotateKey,
  delete: deleteTenant,
};

const operatorContext = (app: App) => platformContext(app, system);

async function rotateKey(app: App, task: Task, progress: Progress): Promise<Partial<Task> | null> {
  const about = { id: task.about_tenant_id, name: task.about_name };
  const again = await rotateDataKey(app, about.id, {
    total: (count) => progress.total(count),
    file: () => progress.done(1),
    finished: (db) => logDoing(operatorContext(app), db, "tenants.key_rotated", about),
  });
  if (again === null) return {};
  await change(app, task, { task_state: "waiting", lease_until: again });
  return null;
}

/** The key first: from then on nothing sealed can be read, wherever copies of it lie. Then exports, rows, files, names. */
async function deleteTenant(app: App, task: Task, progress: Progress): Promise<Partial<Task>> {
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
  return {};
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
