import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { starterOf } from "../../platform/access/starter.ts";
import type { AnyAction } from "../../platform/action.ts";
import { plus } from "../../platform/clock.ts";
import { type Ctx, inUnit, reading, type Work } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { isOutage } from "../../platform/database/failures.ts";
import { insert } from "../../platform/database/records.ts";
import { conflict, forbidden, invalidField } from "../../platform/errors.ts";
import { mostAtOnce } from "../../platform/http/lists/bulk.ts";
import { hintWork } from "../../platform/jobs/due-work.ts";
import { t } from "../../platform/language/index.ts";
import { type Reverse, undoMinutes } from "../../platform/undo/undo.ts";
import { carryOut, takingBack } from "./run.ts";
import { bulkRuns } from "./schema.ts";

export type RunRow = RowOf<typeof bulkRuns>;

/** More than this goes on beside the requests, with a page that shows how far it has come. */
const mostAtOnceInRequest = 200;

interface Begin {
  title: string;
  list_key?: string;
  choice_key?: string;
  action: AnyAction | null;
  input: Record<string, unknown>;
  items: { entity_id: string; version?: number | null; label: string; reverse?: Reverse }[];
}

/**
 * Begins to do something with many records. Up to 200 it is done when this returns; more go on by themselves, and so does
 * what an outage of the database has cut off.
 *
 * @throws Failure 403 without the action's permission, 422 for no or too many records
 */
export async function begin(ctx: Ctx, given: Begin): Promise<RunRow> {
  return workOn(ctx, await inUnit(ctx, (work) => writeDown(work, given)));
}

/** Writes down what is to be done: whatever is cut off from now on, it goes on by itself. */
async function writeDown(work: Work, given: Begin): Promise<RunRow> {
  const { user_id } = work.actor;
  if (work.actor.kind !== "staff" || user_id === null) throw forbidden();
  const { action } = given;
  if (action !== null && (action.permission === null || !can(work.actor, action.permission))) throw forbidden();
  if (given.items.length === 0) throw invalidField("ids", t("Choose at least one record."), "required");
  if (given.items.length > mostAtOnce)
    throw invalidField("ids", t("At most {most} records at once.", { most: mostAtOnce }), "too_many");
  const row = await insert(work, bulkRuns, {
    user_id,
    title: given.title,
    list_key: given.list_key ?? null,
    choice_key: given.choice_key ?? null,
    action_name: action?.name ?? takingBack,
    action_input: given.input,
    starter: starterOf(work.actor),
    run_state: "queued",
    total_count: given.items.length,
    seen_at: given.items.length > mostAtOnceInRequest ? null : work.app.clock.now(),
  });
  await writeItems(work, row.id, given.items);
  hintWork(work);
  return row;
}

/** Does a short run at once. */
async function workOn(ctx: Ctx, run: RunRow): Promise<RunRow> {
  if (run.total_count > mostAtOnceInRequest) return run;
  try {
    await carryOut(ctx, run, { isOver: () => false });
    return await reading(ctx, (reader) => find(reader, "bulk_runs", run.id));
  } catch (error) {
    // The database went in the middle of it. The run is written down, so it goes on by itself, like a long one.
    if (isOutage(error)) return run;
    throw error;
  }
}

async function writeItems(work: Work, run_id: string, items: Begin["items"]): Promise<void> {
  for (let at = 0; at < items.length; at += 100) {
    await work.db
      .insertInto("bulk_items")
      .values(
        items.slice(at, at + 100).map((item, index) => ({
          run_id,
          item_number: at + index,
          entity_id: item.entity_id,
          version: item.version ?? null,
          label: item.label.slice(0, 300),
          outcome: "pending" as const,
          reason: "",
          reverse: item.reverse ?? null,
        })),
      )
      .execute();
  }
}

/** Whether a run can still be taken back, as far as time goes. */
export function isUndoable(ctx: Ctx, run: RunRow): boolean {
  return (
    run.action_name !== takingBack &&
    run.finished_at !== null &&
    run.undone_at === null &&
    run.user_id === ctx.actor.user_id &&
    ctx.app.clock.now() < plus(run.finished_at, undoMinutes * 60_000)
  );
}

/** Takes back what a run has done, as a run of its own: records that were changed since are left as they are. */
export async function undoRun(ctx: Ctx, id: string): Promise<RunRow> {
  const { run, items } = await reading(ctx, async (reader) => ({
    run: await find(reader, "bulk_runs", id),
    items: await reader.db
      .selectFrom("bulk_items")
      .select(["entity_id", "label", "reverse"])
      .where("run_id", "=", id)
      .where("outcome", "=", "done")
      .where("reverse", "is not", null)
      .orderBy("item_number")
      .execute(),
  }));
  if (!isUndoable(ctx, run) || items.length === 0)
    throw conflict(t("This cannot be taken back any more."), "undo_gone");
  // That it was taken back is written with what takes it back, or it would be neither.
  const back = await inUnit(ctx, async (work) => {
    const taken = await work.db
      .updateTable("bulk_runs")
      .set({ undone_at: work.app.clock.now() })
      .where("id", "=", id)
      .where("undone_at", "is", null)
      .returning("id")
      .executeTakeFirst();
    if (taken === undefined) throw conflict(t("This cannot be taken back any more."), "undo_gone");
    return writeDown(work, {
      title: t("Taken back: {title}", { title: run.title }),
      ...(run.list_key === null ? {} : { list_key: run.list_key }),
      action: null,
      input: {},
      items: items.flatMap(({ reverse, ...item }) => (reverse === null ? [] : [{ ...item, reverse }])),
    });
  });
  return workOn(ctx, back);
}
