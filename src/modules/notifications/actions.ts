import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { changed } from "../../platform/live/topics.ts";

/** Marks one of the actor's notifications as read. */
export const markRead = action({
  name: "notifications.read",
  permission: null,
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  run: async (work: Work, { id }: { id: string }) => {
    const row = await find(work, "notifications", id);
    if (row.read_at !== null) return row;
    const read_at = work.app.clock.now();
    await work.db
      .updateTable("notifications")
      .set({ read_at, updated_at: read_at, version: row.version + 1 })
      .where("id", "=", id)
      .execute();
    changed(work, `notifications/${work.actor.user_id ?? ""}`);
    return row;
  },
});

/** Marks all of the actor's notifications as read. */
export const markAllRead = action({
  name: "notifications.read_all",
  permission: null,
  input: Type.Object({}, { additionalProperties: false }),
  run: async (work: Work) => {
    const read_at = work.app.clock.now();
    const { numUpdatedRows } = await work.db
      .updateTable("notifications")
      .set((eb) => ({ read_at, updated_at: read_at, version: eb("version", "+", 1) }))
      .where("user_id", "=", work.actor.user_id)
      .where("read_at", "is", null)
      .executeTakeFirst();
    changed(work, `notifications/${work.actor.user_id ?? ""}`);
    return { read: Number(numUpdatedRows) };
  },
});
