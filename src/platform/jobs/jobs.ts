import { Cron } from "croner";
import { plus } from "../clock.ts";
import { type App, type Ctx, systemContext, type Tenant } from "../context.ts";
import { col, link, table } from "../database/columns.ts";
import { isOutage } from "../database/failures.ts";
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

/** A job that was cut off, by a crash or because the database went, is tried again after so long: once a day may be its plan. */
const cutOffMilliseconds = 15 * 60_000;
/** The same, where it is known that the database was away. */
const outageMilliseconds = 60_000;

/**
 * Runs the jobs of a tenant that are due, as long as that is still ours to do. A next time is written first, so a job that dies
 * is not run in a circle: a near one, which becomes the planned one when the job comes to its end.
 */
export async function runDueJobs(app: App, tenant: Tenant, mayGoOn: () => boolean = () => true): Promise<void> {
  // One read says which: most of the time there is none, and a unit of work for each would be for nothing.
  const runs = await app.database.read(tenant.id, (db) =>
    db.selectFrom("job_runs").select(["job", "next_run_at"]).execute(),
  );
  const nextRuns = new Map(runs.map(({ job, next_run_at }) => [job, next_run_at]));
  for (const job of app.registry.jobs) {
    if (!mayGoOn()) return;
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
        .set({ next_run_at: sooner(next, plus(now, cutOffMilliseconds)), last_started_at: now })
        .where("job", "=", job.name)
        .execute();
      return true;
    });
    if (isDue) await runJob(app, tenant, job, next);
  }
}

const sooner = (one: string, other: string): string => (one < other ? one : other);

/** Runs one job now and writes down how it went; `next` is its planned next time, where that is to be written too. */
export async function runJob(app: App, tenant: Tenant, job: Job, next: string | null = null): Promise<void> {
  let problem = "";
  let isCutOff = false;
  try {
    await inOrganizationsLanguage(tenant, () => job.run(systemContext(app, tenant)));
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    isCutOff = isOutage(error);
    log.error("a job failed", { job: job.name, tenant: tenant.id, error: problem });
  }
  const now = app.clock.now();
  const next_run_at = next !== null && isCutOff ? sooner(next, plus(now, outageMilliseconds)) : next;
  await app.database.write(tenant.id, (db) =>
    db
      .updateTable("job_runs")
      .set({
        last_error: problem.slice(0, 2000),
        ...(problem === "" ? { last_succeeded_at: now } : {}),
        ...(next_run_at === null ? {} : { next_run_at }),
      })
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
