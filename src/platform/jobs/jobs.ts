import { Cron } from "croner";
import { plus } from "../clock.ts";
import { type App, type Ctx, systemContext, type Tenant } from "../context.ts";
import { col, link, table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import { inOrganizationsLanguage } from "../language/index.ts";
import { isOn } from "../switches.ts";
import { log } from "../log.ts";
import { isResting } from "./due-work.ts";

/** What runs by the clock, once for each tenant, on one node at a time. */
export interface Job {
  /** `module.what_it_does`. */
  name: string;
  /** Cron expression, in UTC. */
  schedule: string;
  run(ctx: Ctx): Promise<void>;
}

export const jobRuns = table(
  "job_runs",
  {
    ...link,
    job: col.text(),
    last_started_at: col.maybe.instant(),
    last_succeeded_at: col.maybe.instant(),
    next_run_at: col.maybe.instant(),
    last_error: col.text({ maxLength: 2000 }),
  },
  { isAudited: false, readPermission: "settings.manage" },
);

declare module "../database/tables.ts" {
  interface Tables {
    job_runs: TableType<typeof jobRuns>;
  }
}

/** Runs the jobs of a tenant that are due; the next time is written first, so a job that dies is not run in a circle. */
export async function runDueJobs(app: App, tenant: Tenant): Promise<void> {
  // One read says which: most of the time there is none, and a unit of work for each would be for nothing.
  const runs = await app.database.read(tenant.id, (db) =>
    db.selectFrom("job_runs").select(["job", "next_run_at"]).execute(),
  );
  const nextRuns = new Map(runs.map(({ job, next_run_at }) => [job, next_run_at]));
  for (const job of app.registry.jobs) {
    if (!isOn(app, tenant, job)) continue;
    const now = app.clock.now();
    const planned = nextRuns.get(job.name);
    if (planned != null && planned > now) continue;
    const next =
      new Cron(job.schedule, { timezone: "UTC" }).nextRun(new Date(now))?.toISOString() ?? plus(now, 3600_000);
    const isDue = await app.database.write(tenant.id, async (db) => {
      if (await isResting(app, db, tenant.id)) return false;
      const row = await db
        .selectFrom("job_runs")
        .select(["next_run_at"])
        .where("job", "=", job.name)
        .executeTakeFirst();
      if (row === undefined) {
        await db.insertInto("job_runs").values({ job: job.name, next_run_at: next, last_error: "" }).execute();
        return false;
      }
      if (row.next_run_at !== null && row.next_run_at > now) return false;
      await db
        .updateTable("job_runs")
        .set({ next_run_at: next, last_started_at: now })
        .where("job", "=", job.name)
        .execute();
      return true;
    });
    if (isDue) await runJob(app, tenant, job);
  }
}

/** Runs one job now and writes down how it went. */
export async function runJob(app: App, tenant: Tenant, job: Job): Promise<void> {
  let problem = "";
  try {
    await inOrganizationsLanguage(tenant, () => job.run(systemContext(app, tenant)));
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    log.error("a job failed", { job: job.name, tenant: tenant.id, error: problem });
  }
  const now = app.clock.now();
  await app.database.write(tenant.id, (db) =>
    db
      .updateTable("job_runs")
      .set({ last_error: problem.slice(0, 2000), ...(problem === "" ? { last_succeeded_at: now } : {}) })
      .where("job", "=", job.name)
      .execute(),
  );
}

/** Takes or renews a lease; only its holder may do the work. Returns whether it is ours now. */
export async function holdLease(app: App, name: string, holder: string, seconds: number): Promise<boolean> {
  const now = app.clock.now();
  const expires_at = plus(now, seconds * 1000);
  return app.database.platform(async (db) => {
    const row = await db
      .insertInto("leases")
      .values({ name, holder, expires_at })
      .onConflict((oc) =>
        oc
          .column("name")
          .doUpdateSet({ holder, expires_at })
          .where((eb) => eb.or([eb("leases.holder", "=", holder), eb("leases.expires_at", "<", now)])),
      )
      .returning("holder")
      .executeTakeFirst();
    return row?.holder === holder;
  });
}
