import { sql } from "kysely";
import type { Work } from "../context.ts";

/** The topic of a record for clients: what only the staff may know of changes another one. */
export const clientTopic = (table: string, id: string): string => `clients/${table}/${id}`;

/**
 * Says that topics have changed: `tickets`, `tickets/ID`, `notifications/USER`. Whoever looks at one is told after the commit
 * and fetches it again through reach; nothing of what changed is said.
 */
export async function changed(work: Work, ...topics: string[]): Promise<void> {
  const { app, tenant, unit } = work;
  const told = topics.map((topic) => `${tenant.id}/${topic}`);
  unit.afterCommit(() => app.live.tell(told));
  if (app.database.listen === undefined) return;
  // Sent by the database when the transaction commits, to every node; the one that it comes from has been told already.
  await sql`select pg_notify('purser_live', ${JSON.stringify([app.live.node, ...told])})`.execute(work.db);
}
