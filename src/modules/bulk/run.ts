import { actorOf } from "../../platform/access/identify.ts";
import { type Actor, can, nobody } from "../../platform/access/actor.ts";
import { validate } from "../../platform/access/validate.ts";
import type { AnyAction } from "../../platform/action.ts";
import { plus } from "../../platform/clock.ts";
import { type App, contextOf, type Ctx, inUnit, type Tenant, type Work } from "../../platform/context.ts";
import { translateDatabaseError } from "../../platform/database/failures.ts";
import { Failure, forbidden, invalid } from "../../platform/errors.ts";
import type { BulkChoice } from "../../platform/http/lists/bulk.ts";
import { t } from "../../platform/language/index.ts";
import { forReader } from "../../platform/language/speaking.ts";
import { log } from "../../platform/log.ts";
import { checkTags, type Reverse, runNoted } from "../../platform/undo/undo.ts";
import type { RunRow } from "./start.ts";

/** Carrying out a run: one record after the other, each in a unit of work of its own, which also notes what became of it. */

/** The name that a run has which takes another one back. */
export const takingBack = "bulk.undo";

const batch = 50;
const abandonedSeconds = 60;

interface Item {
  item_number: number;
  entity_id: string;
  reverse: Reverse | null;
}

/** Works on a run until it is finished; it can be taken up again at any time, and no record is done twice. */
export async function carryOut(ctx: Ctx, run: RunRow): Promise<void> {
  await atWork(ctx, run.id, { run_state: "running", started_at: run.started_at ?? ctx.app.clock.now() });
  await failInterrupted(ctx, run.id);
  for (;;) {
    const items = await pending(ctx, run.id);
    if (items.length === 0) break;
    for (const item of items) await doOne(ctx, run, item);
    await atWork(ctx, run.id, {});
  }
  await atWork(ctx, run.id, { run_state: "finished", finished_at: ctx.app.clock.now() });
}

/** Goes on with runs that nobody works on: after a restart, or when a node has gone. */
export async function takeUpRuns(ctx: Ctx): Promise<void> {
  const before = plus(ctx.app.clock.now(), -abandonedSeconds * 1000);
  const rows = await ctx.app.database.read(ctx.tenant.id, (db) =>
    db
      .selectFrom("bulk_runs")
      .selectAll()
      .where("run_state", "<>", "finished")
      .where((eb) => eb.or([eb("seen_at", "is", null), eb("seen_at", "<", before)]))
      .orderBy("created_at")
      .limit(20)
      .execute(),
  );
  for (const run of rows) await carryOutLater(ctx.app, ctx.tenant, run);
}

/** Works on a run beside the requests, as the person who began it – with what they may do now, and no more than then. */
export async function carryOutLater(app: App, tenant: Tenant, run: RunRow): Promise<void> {
  try {
    const actor = await app.database.read(tenant.id, (db) => actorOf(db, run.user_id, null, null));
    const permitted = new Set(run.permissions);
    // Somebody who has been deactivated since may do nothing: every record that is left is skipped, and says so.
    const narrowed: Actor =
      actor === null
        ? nobody
        : { ...actor, permissions: new Set([...actor.permissions].filter((name) => permitted.has(name))) };
    const ctx = contextOf(app, tenant, narrowed);
    await forReader(tenant, [actor?.language], () => carryOut(ctx, run), actor?.timezone);
  } catch (error) {
    log.error("a bulk change stopped", { run: run.id, error: String(error) });
  }
}

async function doOne(ctx: Ctx, run: RunRow, item: Item): Promise<void> {
  try {
    const choice = choiceOf(ctx.app, run);
    if (choice?.run !== undefined) {
      if (!can(ctx.actor, choice.action.permission ?? "")) throw forbidden();
      await inUnit(ctx, (work) => note(work, run.id, item, "running", ""));
      await choice.run(ctx, item.entity_id);
      await inUnit(ctx, (work) => note(work, run.id, item, "done", ""));
      return;
    }
    await inUnit(ctx, async (work) => {
      const asked = await askedOf(work, run, item, choice);
      const before = work.unit.changes;
      const { reverse } =
        asked === null ? { reverse: null } : await runChecked(work, asked.action, asked.input, asked.expected_tags);
      if (work.unit.changes === before) return note(work, run.id, item, "skipped", t("Nothing to change."));
      return note(work, run.id, item, "done", "", run.action_name === takingBack ? null : reverse);
    });
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    const isKnown = error instanceof Failure && error.status < 500;
    if (!isKnown) log.error("a record of a bulk change failed", { run: run.id, error: String(thrown) });
    const isSkipped = isKnown && [401, 403, 404, 409].includes(error.status);
    const reason = isKnown ? error.message : t("Something went wrong; the log says more.");
    await inUnit(ctx, (work) => note(work, run.id, item, isSkipped ? "skipped" : "failed", reason));
  }
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
  return more === null ? null : { action, input: { ...more, id: item.entity_id } };
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
      .select(["item_number", "entity_id", "reverse"])
      .where("run_id", "=", runId)
      .where("outcome", "=", "pending")
      .orderBy("item_number")
      .limit(batch)
      .execute(),
  );
}

/** What was in the middle of being done when the program went: nobody knows how far it came, so it is not done again. */
async function failInterrupted(ctx: Ctx, runId: string): Promise<void> {
  await inUnit(ctx, (work) =>
    work.db
      .updateTable("bulk_items")
      .set({ outcome: "failed", reason: t("It was interrupted. Look at the record before you do it again.") })
      .where("run_id", "=", runId)
      .where("outcome", "=", "running")
      .execute(),
  );
}

async function note(
  work: Work,
  runId: string,
  { item_number }: Item,
  outcome: "running" | "done" | "skipped" | "failed",
  reason: string,
  reverse?: Reverse | null,
): Promise<void> {
  await work.db
    .updateTable("bulk_items")
    .set({ outcome, reason: reason.slice(0, 1000), ...(reverse == null ? {} : { reverse }) })
    .where("run_id", "=", runId)
    .where("item_number", "=", item_number)
    .execute();
  if (outcome === "running") return;
  const column = `${outcome}_count` as const;
  await work.db
    .updateTable("bulk_runs")
    .set((eb) => ({ [column]: eb(column, "+", 1) }))
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
