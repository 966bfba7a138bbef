import { sql } from "kysely";
import { type Ctx, inUnit, reading } from "../context.ts";
import { allTables } from "../database/columns.ts";
import { isOutage } from "../database/failures.ts";
import type { Job } from "../jobs/jobs.ts";
import { complaint } from "../log.ts";
// States the table that is read here.
import "./files.ts";

/** A restored database may be older than its files, and a record is written soon after its bytes: a week is beyond doubt. */
const oldMilliseconds = 7 * 24 * 3600_000;

/**
 * Removes bytes that no record names: an upload that was cut off between the two leaves such behind, and so does a file that
 * was taken off what it hung on.
 */
async function sweepFiles(ctx: Ctx): Promise<void> {
  const before = Date.parse(ctx.app.clock.now()) - oldMilliseconds;
  await forgetUnused(ctx, new Date(before).toISOString());
  await ctx.app.files.sweep(ctx.tenant.id, before, async (sha256) => {
    const named = await reading(ctx, ({ db }) =>
      db.selectFrom("files").select("sha256").where("sha256", "in", sha256).execute(),
    );
    const wanted = new Set(named.map((row) => row.sha256));
    return sha256.filter((name) => !wanted.has(name));
  });
}

export const sweepJob: Job = { name: "settings.sweep_files", schedule: "47 3 * * *", run: sweepFiles };

const kept = complaint("info", "a file that nothing named has been named meanwhile and stays");

/** How many records go in one unit of work. */
const mostAtOnce = 500;

/**
 * Takes the records of old files away to which nothing refers any more. They are looked for in one pass over each table that
 * names files, outside of any unit of work; should one be named meanwhile after all, its reference keeps it.
 */
async function forgetUnused(ctx: Ctx, before: string): Promise<void> {
  const naming = allTables().flatMap(({ name, columns }) =>
    Object.entries(columns)
      .filter(([, { references }]) => references === "files")
      .map(
        ([column]) => sql`except select ${sql.ref(column)} from ${sql.table(name)} where tenant_id = ${ctx.tenant.id}`,
      ),
  );
  const unused = sql<{ id: string }>`select id from files
    where tenant_id = ${ctx.tenant.id} and created_at < ${before} ${sql.join(naming, sql` `)}`;
  const { rows } = await reading(ctx, ({ db }) => unused.execute(db));
  for (let from = 0; from < rows.length; from += mostAtOnce) {
    const ids = rows.slice(from, from + mostAtOnce).map(({ id }) => id);
    const forget = (some: string[]): Promise<unknown> =>
      inUnit(ctx, ({ db }) => db.deleteFrom("files").where("id", "in", some).execute());
    // One that is named by now takes the whole piece back; the others go one by one.
    await forget(ids).catch(async (error: unknown) => {
      if (isOutage(error)) throw error;
      for (const id of ids) await forget([id]).catch((reason: unknown) => kept({ error: String(reason) }));
    });
  }
}
