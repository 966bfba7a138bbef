import type { Static, TObject } from "@sinclair/typebox";
import { validate } from "../access/validate.ts";
import { col, defaulted, link, readOnly, table } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";
import type { Work } from "../context.ts";
import { hintWork } from "../jobs/due-work.ts";
import { newId } from "../ids.ts";
import { changed, clientTopic } from "../live/topics.ts";
import { log } from "../log.ts";
import type { EventType } from "./event-type.ts";

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
    /** The import that it came with: handlers are not told, since nobody is to be mailed about what is long past. */
    import_batch_id: col.maybe.id(),
  },
  { isAudited: false, readPermission: "settings.manage" },
);

/** One row for each handler of each event: what has been done, what waits, what was given up. */
export const eventDeliveries = table(
  "event_deliveries",
  {
    id: defaulted(readOnly(col.id()), ""),
    ...link,
    event_id: col.ref("events"),
    handler: col.text(),
    attempts: col.integer(),
    next_attempt_at: col.maybe.instant(),
    succeeded_at: col.maybe.instant(),
    /** Set after the last failed attempt: a person decides. */
    dead_at: col.maybe.instant(),
    /** Set when a person decided that it is not worth another try. */
    dropped_at: col.maybe.instant(),
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

/**
 * Tells that something happened. Handlers run after the commit, each until it has succeeded once.
 *
 * A payload that is not as the event declares is a defect of the program. Where defects are to be found (`isStrict`: the
 * tests) it throws; in production what happened is kept and told all the same, and the defect is logged: the change that a
 * person made must not be lost over what is said about it.
 */
export async function emit<S extends TObject>(work: Work, type: EventType<S>, payload: Static<S>): Promise<void> {
  const { app } = work;
  const said = payload as Record<string, unknown>;
  const problems = app.registry.events.has(type.name)
    ? validate(type.payload, said).map(({ message }) => message)
    : ["no module declares this event"];
  if (problems.length > 0) {
    const defect = `the event ${type.name} was told wrongly: ${problems.join(" ")}`;
    if (app.options.isStrict === true) throw new Error(defect);
    log.error(defect, { event: type.name, tenant: work.tenant.id });
  }
  for (const [table, member] of Object.entries(type.live)) {
    const about = said[member];
    if (typeof about !== "string") continue;
    changed(work, table, `${table}/${about}`);
    if (type.isForClients(said)) changed(work, clientTopic(table, about));
  }
  const { import_batch_id = null } = work.request;
  const handlers: string[] = [];
  for (const { name, isWanted } of app.registry.subscriptions.get(type.name) ?? [])
    if (import_batch_id === null && (isWanted === undefined || (await isWanted(work, type.name)))) handlers.push(name);
  const id = newId();
  const now = app.clock.now();
  const { later } = work.unit;
  later.add("events", [
    {
      id,
      event_name: type.name,
      payload: said,
      actor_name: work.actor.name,
      user_id: work.actor.user_id,
      occurred_at: now,
      import_batch_id,
    },
  ]);
  if (handlers.length === 0) return;
  later.add(
    "event_deliveries",
    handlers.map((handler) => ({
      id: newId(),
      event_id: id,
      handler,
      attempts: 0,
      next_attempt_at: now,
      last_error: "",
    })),
  );
  hintWork(work);
}
