import { plus } from "../clock.ts";
import type { App } from "../context.ts";
import type { Db } from "../database/tables.ts";
import { holdLease } from "./jobs.ts";

/**
 * Which processes are alive, for what one of them has begun and others would have to end. In the single edition a process
 * has its data for itself, so any other one is gone; else each shows a sign of life in the database.
 */

const aliveSeconds = 20;
/** Between two signs of life. */
export const signMilliseconds = 5_000;
const forgottenMilliseconds = 24 * 3600_000;

const nameOf = (node: string): string => `node ${node}`;

/** Shows that this process is alive; for the next 20 seconds the others believe it. */
export async function showLife(app: App): Promise<void> {
  if (app.edition === "single") return;
  const { node } = app.live;
  await holdLease(app, nameOf(node), node, aliveSeconds);
  await app.database.platform((db) =>
    db
      .deleteFrom("leases")
      .where("name", "like", nameOf("%"))
      .where("expires_at", "<", plus(app.clock.now(), -forgottenMilliseconds))
      .execute(),
  );
}

/** This process has come to its end, and nobody need wait for its sign of life to run out. */
export async function endLife(app: App): Promise<void> {
  if (app.edition === "single") return;
  await app.database.platform((db) => db.deleteFrom("leases").where("name", "=", nameOf(app.live.node)).execute());
}

/** Whether a process has shown a sign of life of late. */
export async function isNodeAlive(app: App, db: Db, node: string): Promise<boolean> {
  if (node === app.live.node) return true;
  if (app.edition === "single") return false;
  const lease = await db
    .selectFrom("leases")
    .select("name")
    .where("name", "=", nameOf(node))
    .where("expires_at", ">=", app.clock.now())
    .executeTakeFirst();
  return lease !== undefined;
}

/** How many processes have shown a sign of life of late. In the single edition the lock on the data says so, not this. */
export async function nodesAlive(app: App, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("leases")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("name", "like", nameOf("%"))
    .where("expires_at", ">=", app.clock.now())
    .executeTakeFirstOrThrow();
  return Number(count);
}
