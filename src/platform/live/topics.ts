import { sql } from "kysely";
import type { App, Work } from "../context.ts";
import type { Db } from "../database/tables.ts";

/** The topic of a record for clients: what only the staff may know of changes another one. */
export const clientTopic = (table: string, id: string): string => `clients/${table}/${id}`;

/**
 * Says that topics have changed: `tickets`, `tickets/ID`, `notifications/USER`. Whoever looks at one is told after the commit
 * and fetches it again through reach; nothing of what changed is said.
 */
export function changed(work: Work, ...topics: string[]): void {
  const { app, tenant, unit } = work;
  if (unit.topics.size === 0) {
    unit.afterCommit(() => app.live.tell([...unit.topics]));
    unit.beforeCommit("topics", () => notify(work));
  }
  for (const topic of topics) unit.topics.add(`${tenant.id}/${topic}`);
}

/** PostgreSQL takes messages below 8,000 bytes. */
const mostInMessage = 50;

/** The topic by which all streams of an organization are asked whether they may go on; `sessions/USER` asks one person's. */
export const everySession = (tenantId: string): string => `${tenantId}/sessions`;

/** Asks every stream of an organization whether it may go on; else as `changedBeside`. */
export const askStreams = (app: App, db: Db, tenantId: string): Promise<() => void> =>
  changedBeside(app, db, [everySession(tenantId)]);

/**
 * Says beside a unit of work that topics, which begin with the tenant's id, have changed: to other nodes when the transaction
 * of `db` commits, to our own streams when the answer is called.
 */
export async function changedBeside(app: App, db: Db, topics: readonly string[]): Promise<() => void> {
  await send(app, db, topics);
  return () => app.live.tell(topics);
}

const notify = ({ app, db, unit }: Work): Promise<void> => send(app, db, [...unit.topics]);

/** Sent by the database when the transaction commits, to every node; the one that it comes from has been told already. */
async function send(app: App, db: Db, told: readonly string[]): Promise<void> {
  if (app.database.listen === undefined) return;
  for (let from = 0; from < told.length; from += mostInMessage) {
    const message = JSON.stringify([app.live.node, ...told.slice(from, from + mostInMessage)]);
    await sql`select pg_notify('purser_live', ${message})`.execute(db);
  }
}
