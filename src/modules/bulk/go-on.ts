import { asStarter } from "../../platform/access/starter.ts";
import { plus } from "../../platform/clock.ts";
import type { App, Tenant } from "../../platform/context.ts";
import { isOutage } from "../../platform/database/failures.ts";
import type { Db } from "../../platform/database/tables.ts";
import { tenantsWithWork } from "../../platform/jobs/due-work.ts";
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

/** Works on a run as whoever began it. Where they may do nothing any more, every record that is left is skipped, and says so. */
function takeTurn(app: App, tenant: Tenant, run: RunRow, isOver: () => boolean): Promise<void> {
  return asStarter(app, tenant, run.starter, (ctx) => carryOut(ctx, run, { isOver, most: recordsInTurn }));
}
