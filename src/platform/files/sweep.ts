import { sql } from "kysely";
import { type Ctx, inUnit, reading, type Work } from "../context.ts";
import { allTables } from "../database/columns.ts";
import type { Job } from "../jobs/jobs.ts";
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
  await inUnit(ctx, (work) => forgetUnused(work, new Date(before).toISOString()));
  await ctx.app.files.sweep(ctx.tenant.id, before, async (sha256) => {
    const named = await reading(ctx, ({ db }) =>
      db.selectFrom("files").select("sha256").where("sha256", "in", sha256).execute(),
    );
    const wanted = new Set(named.map((row) => row.sha256));
    return sha256.filter((name) => !wanted.has(name));
  });
}

export const sweepJob: Job = { name: "settings.sweep_files", schedule: "47 3 * * *", run: sweepFiles };

/** Takes the records of old files away to which nothing refers any more. */
async function forgetUnused(work: Work, before: string): Promise<void> {
  let unused = work.db.deleteFrom("files").where("files.created_at", "<", before);
  for (const { name, columns } of allTables())
    for (const [column, { references }] of Object.entries(columns))
      if (references === "files")
        unused = unused.where(
          sql<boolean>`not exists (select 1 from ${sql.table(name)} where ${sql.ref(`${name}.${column}`)} = ${sql.ref("files.id")})`,
        );
  await unused.execute();
}
