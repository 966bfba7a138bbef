import { plus } from "../clock.ts";
import type { App, Tenant, Work } from "../context.ts";
import type { Db } from "../database/tables.ts";
import { loadTenants } from "../tenants.ts";

/**
 * Which organizations have something to do. Asking each of them, every two seconds on every node, costs more than the work
 * itself as soon as there are hundreds. So the platform keeps one instant for each: nothing is due before it. What queues
 * something pulls it forward in its own transaction, and whoever has looked after an organization pushes it back to
 * what its queues say. Row-level security stays as it is: the table holds instants and nothing of anybody's.
 */

/** Even with nothing in its queues an organization is looked at so often: a hint that somebody forgot only costs time. */
const longestRestMilliseconds = 10 * 60_000;
const mostAtOnce = 500;

/** Pulls an organization's instant forward to now, in the unit of work that has queued something. */
export function hintWork(work: Work): void {
  if (work.app.edition !== "single") work.unit.beforeCommit("work", () => pullForward(work));
}

async function pullForward(work: Work): Promise<void> {
  const now = work.app.clock.now();
  await work.db
    .insertInto("tenant_work")
    .values({ for_tenant_id: work.tenant.id, due_at: now })
    .onConflict((oc) => oc.column("for_tenant_id").doUpdateSet({ due_at: now }).where("tenant_work.due_at", ">", now))
    .execute();
}

/** The organizations that a round visits: those whose instant has come, and those that `woken` names; no suspended one. */
export async function tenantsWithWork(app: App, woken: readonly string[]): Promise<Tenant[]> {
  const due = await app.database.platform((db) => {
    const active = db.selectFrom("tenants").select("tenants.id").where("tenants.suspended_at", "is", null);
    if (app.edition === "single") return active.execute();
    return active
      .innerJoin("tenant_work", "tenant_work.for_tenant_id", "tenants.id")
      .where((eb) =>
        eb.or([
          eb("tenant_work.due_at", "<=", app.clock.now()),
          ...(woken.length === 0 ? [] : [eb("tenants.id", "in", [...woken])]),
        ]),
      )
      .orderBy("tenant_work.due_at")
      .limit(mostAtOnce)
      .execute();
  });
  return loadTenants(
    app,
    due.map(({ id }) => id),
  );
}

/**
 * Pushes an organization's instant back to when its queues say. Asked inside the unit of work that writes it: units of one
 * organization take turns, so no hint can come in between and be lost.
 */
export async function settleWork(app: App, tenantId: string): Promise<void> {
  if (app.edition === "single") return;
  await app.database.write(tenantId, async (db) => {
    const due_at = await nextDue(app, db);
    if (due_at <= app.clock.now()) return;
    await db.updateTable("tenant_work").set({ due_at }).where("for_tenant_id", "=", tenantId).execute();
  });
}

/** When the queues of an organization next have something, at the latest when its rest ends. */
async function nextDue(app: App, db: Db): Promise<string> {
  const latest = plus(app.clock.now(), longestRestMilliseconds);
  const jobs = app.registry.jobs.map(({ name }) => name);
  const found = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom("event_deliveries")
        .select((of) => of.fn.min("next_attempt_at").as("at"))
        .where("succeeded_at", "is", null)
        .where("dead_at", "is", null)
        .as("events"),
      // Without a mail server nothing can be sent, however long it waits.
      eb
        .selectFrom("mails")
        .select((of) => of.fn.min("next_attempt_at").as("at"))
        .where("mail_status", "=", "queued")
        .where((of) => of.exists(of.selectFrom("mail_settings").select("mail_settings.id")))
        .as("mails"),
      eb
        .selectFrom("mails")
        .select((of) => of.fn.min("lease_until").as("at"))
        .where("mail_status", "=", "sending")
        .as("sending"),
      eb
        .selectFrom("job_runs")
        .select((of) => of.fn.min("next_run_at").as("at"))
        .where("job", "in", jobs.length === 0 ? [""] : jobs)
        .as("jobs"),
    ])
    .executeTakeFirstOrThrow();
  const others = await Promise.all(app.registry.modules.map((module) => module.nextDue?.(db) ?? null));
  const instants = [...Object.values(found), ...others].flatMap((at) => (at === null ? [] : [instantOf(at)]));
  return [...instants, latest].toSorted()[0] ?? latest;
}

/** Computed columns come as the database gives them: PostgreSQL's as dates. */
function instantOf(at: unknown): string {
  return at instanceof Date ? at.toISOString() : new Date(String(at)).toISOString();
}

/** Whether an organization rests, asked where something is claimed: what was suspended meanwhile starts nothing new. */
export async function isResting(app: App, db: Db, tenantId: string): Promise<boolean> {
  if (app.edition === "single") return false;
  const row = await db.selectFrom("tenants").select("suspended_at").where("id", "=", tenantId).executeTakeFirst();
  return row === undefined || row.suspended_at !== null;
}
