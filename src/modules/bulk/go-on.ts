import { actorOf } from "../../platform/access/identify.ts";
import { type Actor, nobody } from "../../platform/access/actor.ts";
import { plus } from "../../platform/clock.ts";
import { type App, contextOf, type Tenant } from "../../platform/context.ts";
import { isOutage } from "../../platform/database/failures.ts";
import type { Db } from "../../platform/database/tables.ts";
import { tenantsWithWork } from "../../platform/jobs/due-work.ts";
import { forReader } from "../../platform/language/speaking.ts";
import { complaint } from "../../platform/log.ts";
import { carryOut, holdOn } from "./run.ts";
import type { RunRow } from "./start.ts";

/** Runs that nobody waits for: long ones, and those that a crash or an outage of the database has cut off. */

/** So many records of a run before the next one has its turn. */
const recordsInTurn = 50;
/** Another node that was not at work on a run for so long has gone. */
const abandonedMilliseconds = 20_000;

const stopped = complaint("error", "a bulk change stopped; it is tried again");

/** A round: goes on with what is unfinished, of each organization some, until nothing is left. */
export async function goOn(app: App, isStopping: () => boolean): Promise<void> {
  for (let isLeft = true; isLeft && !isStopping();) {
    isLeft = false;
    for (const tenant of await tenantsWithWork(app, [])) {
      for (const run of await abandoned(app, tenant)) {
        if (isStopping()) return;
        try {
          await takeTurn(app, tenant, run, isStopping);
          isLeft = true;
        } catch (error) {
          stopped({ tenant: tenant.id, run: run.id, error: String(error) });
          // While the database is away the others would fare no better.
          if (isOutage(error)) return;
        }
      }
    }
  }
}

/** When an organization's bulk changes want to go on: now, while one is unfinished. */
export async function nextRun(db: Db): Promise<string | null> {
  const run = await db
    .selectFrom("bulk_runs")
    .select("created_at")
    .where("run_state", "<>", "finished")
    .executeTakeFirst();
  return run?.created_at ?? null;
}

/** Unfinished runs that nobody else works on. The single edition has its data for itself, so there it is only this process. */
async function abandoned(app: App, tenant: Tenant): Promise<RunRow[]> {
  const before = plus(app.clock.now(), -abandonedMilliseconds);
  const rows = await app.database.read(tenant.id, (db) =>
    db
      .selectFrom("bulk_runs")
      .selectAll()
      .where("run_state", "<>", "finished")
      .orderBy("created_at")
      .limit(20)
      .execute(),
  );
  return rows.filter(({ id, seen_at }) => {
    const hold = holdOn(id);
    return hold === "left" || (hold === null && (app.edition === "single" || seen_at === null || seen_at < before));
  });
}

/** Works on a run as the person who began it – with what they may do now, and no more than then. */
async function takeTurn(app: App, tenant: Tenant, run: RunRow, isOver: () => boolean): Promise<void> {
  const actor = await app.database.read(tenant.id, (db) => actorOf(db, run.user_id, null, null));
  const permitted = new Set(run.permissions);
  // Somebody who has been deactivated since may do nothing: every record that is left is skipped, and says so.
  const narrowed: Actor =
    actor === null
      ? nobody
      : { ...actor, permissions: new Set([...actor.permissions].filter((name) => permitted.has(name))) };
  const ctx = contextOf(app, tenant, narrowed);
  await forReader(
    tenant,
    [actor?.language],
    () => carryOut(ctx, run, { isOver, most: recordsInTurn }),
    actor?.timezone,
  );
}
