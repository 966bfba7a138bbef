import { ownShape, reach } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { runOnceBuilt } from "../../platform/database/once.ts";

/** How many notifications in the app the actor has not read. */
export async function unreadCount(ctx: Ctx): Promise<number> {
  const [row] = await runOnceBuilt(ctx, ownShape(ctx, "unread notifications", "notifications"), {}, () =>
    reach(ctx, "notifications")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .where("channel_type", "=", "in_app")
      .where("read_at", "is", null),
  );
  return Number(row?.count ?? 0);
}

/** The newest ones, for the bell. */
export function latest(ctx: Ctx, most: number) {
  return reach(ctx, "notifications")
    .select(["id", "subject", "body", "read_at", "created_at"])
    .where("channel_type", "=", "in_app")
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(most)
    .execute();
}
