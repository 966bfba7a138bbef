import { col, defaulted, link, readOnly, table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import type { Work } from "../context.ts";
import { newId } from "../ids.ts";

/** What happened, told to whoever listens: written in the unit of work that made it happen. */
export const events = table(
  "events",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    /** `module.what_happened`. */
    event_name: col.text(),
    payload: col.json<Record<string, unknown>>(),
    actor_name: col.text(),
    user_id: col.maybe.id(),
    occurred_at: col.instant(),
  },
  { isAudited: false, readPermission: "settings.manage" },
);

/** One row for each handler of each event: what has been done, what waits, what was given up. */
export const eventDeliveries = table(
  "event_deliveries",
  {
    ...link,
    event_id: col.ref("events"),
    handler: col.text(),
    attempts: col.integer(),
    next_attempt_at: col.maybe.instant(),
    succeeded_at: col.maybe.instant(),
    /** Set after the last failed attempt: a person decides. */
    dead_at: col.maybe.instant(),
    last_error: col.text({ maxLength: 2000 }),
  },
  { isAudited: false, readPermission: "settings.manage" },
);

declare module "../database/tables.ts" {
  interface Tables {
    events: TableType<typeof events>;
    event_deliveries: TableType<typeof eventDeliveries>;
  }
}

/** What a module does when something happened: `name` is unique and stays, for it remembers what was done. */
export interface Subscription {
  event: string;
  /** `module.what_it_does`. */
  name: string;
  /** Runs in a unit of work of its own; together with it the delivery is marked done, so it takes effect once. */
  run(work: Work, event: { id: string; payload: Record<string, unknown>; occurred_at: string }): Promise<void>;
}

/** Tells that something happened. Handlers run after the commit, each until it has succeeded once. */
export async function emit(work: Work, name: string, payload: Record<string, unknown>): Promise<void> {
  const handlers = work.app.registry.subscriptions.get(name) ?? [];
  const id = newId();
  const now = work.app.clock.now();
  await work.db
    .insertInto("events")
    .values({
      id,
      event_name: name,
      payload,
      actor_name: work.actor.name,
      user_id: work.actor.user_id,
      occurred_at: now,
    })
    .execute();
  if (handlers.length === 0) return;
  await work.db
    .insertInto("event_deliveries")
    .values(
      handlers.map((handler) => ({
        event_id: id,
        handler: handler.name,
        attempts: 0,
        next_attempt_at: now,
        last_error: "",
      })),
    )
    .execute();
}
