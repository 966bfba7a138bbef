import type { Starter } from "../../platform/access/starter.ts";
import { col, defaulted, link, readOnly, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";
import type { Reverse } from "../../platform/undo/undo.ts";

/** Something done to many records at once: who, what, and how far it has come. */
export const bulkRuns = table(
  "bulk_runs",
  {
    ...record,
    user_id: readOnly(col.ref("users")),
    /** What was done, in words. */
    title: readOnly(col.text({ maxLength: 200 })),
    /** The list and its choice that it was started from; null: over the API. */
    list_key: readOnly(col.maybe.text()),
    choice_key: readOnly(col.maybe.text()),
    action_name: readOnly(col.text()),
    action_input: readOnly(col.json<Record<string, unknown>>()),
    /** As whom it goes on. */
    starter: readOnly(col.maybe.json<Starter>()),
    run_state: readOnly(defaulted(col.enum(["queued", "running", "finished"] as const), "queued" as const)),
    total_count: readOnly(col.integer()),
    done_count: readOnly(defaulted(col.integer(), 0)),
    skipped_count: readOnly(defaulted(col.integer(), 0)),
    failed_count: readOnly(defaulted(col.integer(), 0)),
    started_at: readOnly(col.maybe.instant()),
    /** When it was last at work: a run that nobody works on any more is taken up again. */
    seen_at: readOnly(col.maybe.instant()),
    finished_at: readOnly(col.maybe.instant()),
    undone_at: readOnly(col.maybe.instant()),
  },
  { noun: "bulk change", isAudited: false, readPermission: "staff" },
);

export const outcomes = ["pending", "done", "skipped", "failed"] as const;

/** One record of a run, and what became of it. */
export const bulkItems = table(
  "bulk_items",
  {
    ...link,
    run_id: col.ref("bulk_runs"),
    item_number: col.integer(),
    entity_id: col.id(),
    /** The version that was shown, where the choice is held to it. */
    version: col.maybe.integer(),
    /** What the record is called. */
    label: col.text({ maxLength: 300 }),
    outcome: col.enum(outcomes),
    /** Why it was left out or failed; empty when it was done. */
    reason: col.text({ maxLength: 1000 }),
    /** What takes it back; of a run that takes another one back: what it does. */
    reverse: col.maybe.json<Reverse>(),
  },
  { isAudited: false, readPermission: "nobody" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    bulk_runs: TableType<typeof bulkRuns>;
    bulk_items: TableType<typeof bulkItems>;
  }
}
