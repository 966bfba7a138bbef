import { find } from "../../platform/access/reach.ts";
import { plus } from "../../platform/clock.ts";
import { can } from "../../platform/access/actor.ts";
import { asStarter } from "../../platform/access/starter.ts";
import { type App, type Ctx, inUnit, reading, systemContext, type Work } from "../../platform/context.ts";
import type { Db } from "../../platform/database/tables.ts";
import { hintWork, tenantsWithWork } from "../../platform/jobs/due-work.ts";
import { t } from "../../platform/language/index.ts";
import { changed } from "../../platform/live/topics.ts";
import { log } from "../../platform/log.ts";
import type { CsvProblem } from "../../platform/csv/problem.ts";
import type { Patch, Table } from "../../platform/database/columns.ts";
import { update } from "../../platform/database/records.ts";
import { forbidden } from "../../platform/errors.ts";
import { emit } from "../../platform/events/outbox.ts";
import { importApplied, importUndone } from "./events.ts";
import { type Batch, mostLeft, mostProblems } from "./file.ts";
import { endFailed } from "./fail.ts";
import { Importer } from "./importer.ts";
import { finishLate } from "./forward-references.ts";
import { readEach, type ReadRow } from "./rules/index.ts";
import { importBatches } from "./schema.ts";
import { openSession } from "./session.ts";
import { type Counts, noCounts } from "./writer.ts";
import { type LeftAlone, undoSome } from "./undo.ts";

/**
 * The work on a batch, in units of a hundred rows: each holds its rows, what they were told apart by, and how far the batch
 * has come. Whoever goes on after a crash begins where the last unit ended, so no row comes in twice.
 */

const rowsInUnit = 100;
// Whoever takes over too early finds out by `step` and leaves it; after a crash nobody waits long.
const leaseMilliseconds = 15_000;

/** Files of so many rows come in while one waits; longer ones go on in the background. */
export const rowsAtOnce = 2000;

/** Somebody else went on with the batch. */
class Overtaken extends Error {}

interface Summary extends Counts {
  rows: number;
  bad: number;
  problems: CsvProblem[];
  late: number[];
  /** The first of those that an undo left alone, and how many there are: it is written with every hundred rows. */
  left: LeftAlone[];
  left_count: number;
  undone: number;
}

function summaryOf(batch: Batch): Summary {
  return {
    ...noCounts(),
    rows: 0,
    bad: 0,
    problems: [],
    late: [],
    left: [],
    left_count: 0,
    undone: 0,
    ...(batch.summary as Partial<Summary>),
  };
}

/** Goes on with a batch until it is done, `isStopping` says so, or a defect ends it as failed. */
export async function advance(ctx: Ctx, id: string, isStopping: () => boolean): Promise<void> {
  // A copy, which keeps pace with what is written.
  const batch = structuredClone(await reading(ctx, (reader) => batchOf(reader, id)));
  try {
    if (batch.import_status === "applying") await apply(ctx, batch, isStopping);
    if (batch.import_status === "undoing") await undo(ctx, batch, isStopping);
  } catch (error) {
    if (!(error instanceof Overtaken)) await endFailed(ctx, batch, error);
  }
}

export async function batchOf(ctx: Ctx, id: string): Promise<Batch> {
  return (await find(ctx, "import_batches", id)) as unknown as Batch;
}

/** Writes how far a batch has come, if it still stands where it was left. */
async function step(work: Work, before: Batch, values: Partial<Batch>): Promise<void> {
  const now = await batchOf(work, before.id);
  if (now.import_status !== before.import_status || now.done_rows !== before.done_rows) throw new Overtaken();
  const lease_until = plus(work.app.clock.now(), leaseMilliseconds);
  await work.db
    .updateTable("import_batches")
    .set({ lease_until, ...values } as never)
    .where("id", "=", before.id)
    .execute();
  // Whoever looks at it sees it move.
  changed(work, `import_batches/${before.id}`);
  Object.assign(before, values);
}

async function apply(ctx: Ctx, batch: Batch, isStopping: () => boolean): Promise<void> {
  const session = await openSession(ctx, batch);
  const summary = summaryOf(batch);
  const importer = new Importer(session, {
    created: summary.created,
    updated: summary.updated,
    unchanged: summary.unchanged,
    skipped: summary.skipped,
  });
  // What the rows do is told to nobody; that the import is done is.
  const bring = async (work: Work, rows: readonly ReadRow[]): Promise<void> => {
    for (const [index, row] of rows.entries()) {
      // Other people's requests get their turn within a unit as well.
      if (index % 5 === 4) await Bun.sleep(0);
      const problems = row.is_good ? await importer.row(quietWork(work, batch.id), row) : [];
      if (!row.is_good || problems.some(({ severity }) => severity === "error")) summary.bad += 1;
      summary.problems.push(...[...row.problems, ...problems].slice(0, mostProblems - summary.problems.length));
    }
    Object.assign(summary, importer.writer.counts, { late: [...summary.late, ...importer.late.splice(0)] });
  };
  let waiting: ReadRow[] = [];
  let position = 0;
  for (const row of readEach(session.file, session.mapping, session.target, session.lookups)) {
    position += 1;
    if (position <= batch.done_rows) {
      if (position % 500 === 0) await Bun.sleep(0);
      continue;
    }
    waiting.push(row);
    if (waiting.length < rowsInUnit) continue;
    const rows = waiting;
    await inUnit(ctx, async (work) => {
      await bring(work, rows);
      await step(work, batch, {
        done_rows: position,
        total_rows: session.file.rows.length,
        summary: { ...batch.summary, ...summary },
      });
    });
    waiting = [];
    await Bun.sleep(0);
    if (isStopping()) return release(ctx, batch);
  }
  await inUnit(ctx, async (work) => {
    await bring(work, waiting);
    const notices = await finishLate(quietWork(work, batch.id), session, summary.late);
    const told = [
      ...session.file.problems.filter(({ severity }) => severity === "warning"),
      ...summary.problems,
      ...notices,
    ];
    const problems = told.toSorted((a, b) => a.line - b.line).slice(0, mostProblems);
    await step(work, batch, { done_rows: position, total_rows: position });
    await emit(work, importApplied, { import_batch_id: batch.id, created_by_id: batch.created_by_id });
    await finish(work, batch, {
      import_status: "applied",
      applied_at: work.app.clock.now(),
      summary: { ...batch.summary, ...summary, problems, rows: position },
    });
  });
}

/** The same unit of work, in which what happens is told to nobody. */
function quietWork(work: Work, import_batch_id: string): Work {
  const { app, tenant, actor, db, unit } = work;
  return { app, tenant, actor, db, unit, request: { ...work.request, import_batch_id } };
}

async function undo(ctx: Ctx, batch: Batch, isStopping: () => boolean): Promise<void> {
  const summary = summaryOf(batch);
  for (;;) {
    const isDone = await inUnit(ctx, async (whole) => {
      const work = quietWork(whole, batch.id);
      const some = await undoSome(work, batch.id, rowsInUnit);
      summary.undone += some.undone;
      summary.left.push(...some.left.slice(0, mostLeft - summary.left.length));
      summary.left_count += some.left.length;
      const done_rows = batch.done_rows + some.undone + some.left.length;
      const { undone, left, left_count } = summary;
      await step(work, batch, { done_rows, summary: { ...batch.summary, undone, left, left_count } });
      if (!some.isLast) return false;
      await emit(whole, importUndone, { import_batch_id: batch.id, created_by_id: batch.created_by_id });
      await finish(whole, batch, { import_status: "undone", undone_at: work.app.clock.now(), summary: batch.summary });
      return true;
    });
    if (isDone) return;
    await Bun.sleep(0);
    if (isStopping()) return release(ctx, batch);
  }
}

async function finish(work: Work, batch: Batch, values: Record<string, unknown>): Promise<void> {
  await update(work, importBatches as Table, batch.id, { lease_until: null, ...values } as Patch<Table>);
}

/** Lets somebody else go on at once. */
async function release(ctx: Ctx, batch: Batch): Promise<void> {
  await inUnit(ctx, (work) =>
    work.db.updateTable("import_batches").set({ lease_until: null }).where("id", "=", batch.id).execute(),
  );
}

/** Goes on with a batch that somebody waits for, when it is short; a long one is left to the background. How it stands then. */
export async function advanceShort(ctx: Ctx, id: string): Promise<Batch["import_status"]> {
  const { total_rows } = await reading(ctx, (reader) => batchOf(reader, id));
  if (total_rows <= rowsAtOnce) {
    await advance(ctx, id, () => false);
  } else {
    await inUnit(ctx, (work) => hintWork(work));
    ctx.app.wake(ctx.tenant.id);
  }
  return (await reading(ctx, (reader) => batchOf(reader, id))).import_status;
}

/** A round: goes on with what is unfinished, of every organization that has something to do. */
export async function advanceAll(app: App, isStopping: () => boolean): Promise<void> {
  for (const tenant of await tenantsWithWork(app, [])) {
    const now = app.clock.now();
    const batches = await app.database.read(tenant.id, (db) =>
      db
        .selectFrom("import_batches")
        .select(["id", "starter"])
        .where("import_status", "in", ["applying", "undoing"])
        .where((eb) => eb.or([eb("lease_until", "is", null), eb("lease_until", "<", now)]))
        .orderBy("id")
        .execute(),
    );
    for (const { id, starter } of batches) {
      if (isStopping()) return;
      await asStarter(app, tenant, starter, (ctx) => goOn(ctx, id, isStopping)).catch((error: unknown) =>
        log.error("an import could not go on", { tenant: tenant.id, batch: id, error: String(error) }),
      );
    }
  }
}

/** Goes on as whoever began it; one that nobody may go on with any more waits for somebody who takes it over. */
async function goOn(ctx: Ctx, id: string, isStopping: () => boolean): Promise<void> {
  if (can(ctx.actor, "imports.run")) return advance(ctx, id, isStopping);
  const system = systemContext(ctx.app, ctx.tenant);
  const text = t("Whoever began this may not import any more. Somebody else can go on with it, or take it back.");
  await endFailed(system, await reading(system, (reader) => batchOf(reader, id)), forbidden(text));
}

/** When an organization's imports want to go on: now, while one is unfinished. */
export async function nextImport(db: Db): Promise<string | null> {
  const running = await db
    .selectFrom("import_batches")
    .select("created_at")
    .where("import_status", "in", ["applying", "undoing"])
    .orderBy("created_at")
    .limit(1)
    .executeTakeFirst();
  return running?.created_at ?? null;
}
