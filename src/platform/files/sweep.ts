import { type Ctx, reading } from "../context.ts";
import type { Job } from "../jobs/jobs.ts";
// States the table that is read here.
import "./files.ts";

/** A restored database may be older than its files, and a record is written soon after its bytes: a week is beyond doubt. */
const oldMilliseconds = 7 * 24 * 3600_000;

/** Removes bytes that no record names: an upload that was cut off between the two leaves such behind. */
async function sweepFiles(ctx: Ctx): Promise<void> {
  const before = Date.parse(ctx.app.clock.now()) - oldMilliseconds;
  await ctx.app.files.sweep(ctx.tenant.id, before, async (sha256) => {
    const named = await reading(ctx, ({ db }) =>
      db.selectFrom("files").select("sha256").where("sha256", "in", sha256).execute(),
    );
    const wanted = new Set(named.map((row) => row.sha256));
    return sha256.filter((name) => !wanted.has(name));
  });
}

export const sweepJob: Job = { name: "settings.sweep_files", schedule: "47 3 * * *", run: sweepFiles };
