import { can } from "../../platform/access/actor.ts";
import { validate } from "../../platform/access/validate.ts";
import type { AnyAction } from "../../platform/action.ts";
import { type App, type Ctx, inUnit, type Work } from "../../platform/context.ts";
import { isOutage, translateDatabaseError } from "../../platform/database/failures.ts";
import { Failure, forbidden, invalid } from "../../platform/errors.ts";
import type { BulkChoice } from "../../platform/http/lists/bulk.ts";
import { t } from "../../platform/language/index.ts";
import { log } from "../../platform/log.ts";
import { checkTags, type Reverse, runNoted } from "../../platform/undo/undo.ts";
import type { RunRow } from "./start.ts";

/** Carrying out a run: one record after the other, each in a unit of work of its own, which also notes what became of it. */

/** The name that a run has which takes another one back. */
export const takingBack = "bulk.undo";

const batch = 50;

interface Item {
  item_number: number;
  entity_id: string;
  version: number | null;
  reverse: Reverse | null;
}

interface Turn {
  /** Asked before each record: true leaves the others for later. */
  isOver(): boolean;
  /** At most so many records. */
  most?: number;
}

/** What this process has begun of unfinished runs: whether it is at work on one, or has left it for later. */
const ours = new Map<string, "in_hand" | "left">();

/** What this process has to do with a run: it is at work on it, has left it for later, or nothing (null). */
export function holdOn(runId: string): "in_hand" | "left" | null {
  return ours.get(runId) ?? null;
}

/**
 * Works on a run until it is finished or the turn is over; it can be taken up again at any time, and no record is done twice.
 *
 * @throws what the database says when it is away: what is left of the run stays as it is
 */
export async function carryOut(
  ctx: Ctx,
  run: RunRow,
  { isOver, most = Number.POSITIVE_INFINITY }: Turn,
): Promise<void> {
  ours.set(run.id, "in_hand");
  try {
    await atWork(ctx, run.id, { run_state: "running", started_at: run.started_at ?? ctx.app.clock.now() });
    for (let count = 0; ;) {
      const items = await pending(ctx, run.id);
      if (items.length === 0) break;
      for (const item of items) {
        if (isOver() || count >= most) return;
        await doOne(ctx, run, item);
        count += 1;
      }
    }
    await atWork(ctx, run.id, { run_state: "finished", finished_at: ctx.app.clock.now() });
    ours.delete(run.id);
  } finally {
    if (ours.has(run.id)) ours.set(run.id, "left");
  }
}

/** Does one record, and writes in the same unit of work what became of it: so it is done once, whatever is cut off where. */
async function doOne(ctx: Ctx, run: RunRow, item: Item): Promise<void> {
  try {
    const choice = choiceOf(ctx.app, run);
    const prepared = await preparedFor(ctx, run, item);
    await inUnit(ctx, async (work) => {
      // Another node may have taken the run up meanwhile.
      if (!(await isPending(work, run.id, item))) return;
      const asked = await askedOf(work, run, item, choice);
      const before = work.unit.changes;
      const { reverse } =
        asked === null
          ? { reverse: null }
          : await runChecked(work, asked.action, { ...asked.input, ...prepared }, asked.expected_tags);
      if (work.unit.changes === before) return note(work, run.id, item, "skipped", t("Nothing to change."));
      return note(work, run.id, item, "done", "", run.action_name === takingBack ? null : reverse);
    });
  } catch (thrown) {
    // Nothing is wrong with the record.
    if (isOutage(thrown)) throw thrown;
    const error = translateDatabaseError(thrown);
    const isKnown = error instanceof Failure && error.status < 500;
    const isSkipped = isKnown && [401, 403, 404, 409].includes(error.status);
    const reason = isKnown ? error.message : t("Something went wrong; the log says more.");
    await inUnit(ctx, async (work) => {
      if (await isPending(work, run.id, item)) await note(work, run.id, item, isSkipped ? "skipped" : "failed", reason);
    });
    if (!isKnown) log.error("a record of a bulk change failed", { run: run.id, error: String(thrown) });
  }
}

/** What the run's action needs for a record and a unit of work cannot make. */
async function preparedFor(ctx: Ctx, run: RunRow, item: Item): Promise<object> {
  const action = ctx.app.registry.actions.get(run.action_name);
  if (action?.prepare === undefined) return {};
  if (!can(ctx.actor, action.permission ?? "")) throw forbidden();
  return action.prepare(ctx, item.entity_id);
}

/** Which action runs for a record, and with what; null where nothing would change. */
async function askedOf(
  work: Work,
  run: RunRow,
  item: Item,
  choice: BulkChoice | undefined,
): Promise<{ action: AnyAction; input: object; expected_tags?: Reverse["expected_tags"] } | null> {
  const name = run.action_name === takingBack ? (item.reverse?.action ?? "") : run.action_name;
  const action = work.app.registry.actions.get(name);
  if (action === undefined) throw forbidden(t("This is not possible any more."));
  if (run.action_name === takingBack)
    return { action, input: item.reverse?.input ?? {}, expected_tags: item.reverse?.expected_tags };
  const more =
    choice?.input === undefined
      ? run.action_input
      : await choice.input(run.action_input as Record<string, string>, item.entity_id, work);
  const seen = item.version === null ? {} : { version: item.version };
  return more === null ? null : { action, input: { ...more, ...seen, id: item.entity_id } };
}

async function runChecked(
  work: Work,
  action: AnyAction,
  input: object,
  expected: Reverse["expected_tags"],
): Promise<{ reverse: Reverse | null }> {
  if (action.permission === null || !can(work.actor, action.permission)) throw forbidden();
  const problems = validate(action.input, input);
  if (problems.length > 0) throw invalid(problems);
  await checkTags(work, expected);
  return runNoted(work, action, input);
}

function choiceOf(app: App, run: RunRow): BulkChoice | undefined {
  const list = run.list_key === null ? undefined : app.registry.lists.get(run.list_key)?.list;
  return list?.bulk?.find(({ key }) => key === run.choice_key);
}

async function pending(ctx: Ctx, runId: string): Promise<Item[]> {
  return ctx.app.database.read(ctx.tenant.id, (db) =>
    db
      .selectFrom("bulk_items")
      .select(["item_number", "entity_id", "version", "reverse"])
      .where("run_id", "=", runId)
      .where("outcome", "=", "pending")
      .orderBy("item_number")
      .limit(batch)
      .execute(),
  );
}

async function isPending({ db }: Work, runId: string, { item_number }: Item): Promise<boolean> {
  const row = await db
    .selectFrom("bulk_items")
    .select("outcome")
    .where("run_id", "=", runId)
    .where("item_number", "=", item_number)
    .executeTakeFirst();
  return row?.outcome === "pending";
}

async function note(
  work: Work,
  runId: string,
  { item_number }: Item,
  outcome: "done" | "skipped" | "failed",
  reason: string,
  reverse?: Reverse | null,
): Promise<void> {
  await work.db
    .updateTable("bulk_items")
    .set({ outcome, reason: reason.slice(0, 1000), ...(reverse == null ? {} : { reverse }) })
    .where("run_id", "=", runId)
    .where("item_number", "=", item_number)
    .execute();
  const column = `${outcome}_count` as const;
  await work.db
    .updateTable("bulk_runs")
    .set((eb) => ({ [column]: eb(column, "+", 1), seen_at: work.app.clock.now() }))
    .where("id", "=", runId)
    .execute();
}

async function atWork(
  ctx: Ctx,
  id: string,
  changes: { run_state?: "running" | "finished"; started_at?: string; finished_at?: string },
): Promise<void> {
  await ctx.app.database.write(ctx.tenant.id, (db) =>
    db
      .updateTable("bulk_runs")
      .set({ ...changes, seen_at: ctx.app.clock.now() })
      .where("id", "=", id)
      .execute(),
  );
}
