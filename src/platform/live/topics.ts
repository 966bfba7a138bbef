import { sql } from "kysely";
import type { Work } from "../context.ts";

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

/** Sent by the database when the transaction commits, to every node; the one that it comes from has been told already. */
async function notify({ app, db, unit }: Work): Promise<void> {
  if (app.database.listen === undefined) return;
  const told = [...unit.topics];
  for (let from = 0; from < told.length; from += mostInMessage) {
    const message = JSON.stringify([app.live.node, ...told.slice(from, from + mostInMessage)]);
    await sql`select pg_notify('purser_live', ${message})`.execute(db);
  }
}
