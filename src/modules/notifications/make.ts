import type { Subscription } from "../../platform/events/event-type.ts";
import { newId } from "../../platform/ids.ts";
import { forReader } from "../../platform/language/index.ts";
import { changed } from "../../platform/live/topics.ts";
import { wants } from "./preferences.ts";
// States the table that is written here.
import "./schema.ts";

/** Writes a notification in the app for everybody whom an event is told to and who wants to hear of it. */
export const makeNotifications: Subscription = {
  event: "*",
  name: "notifications.make",
  isWanted: async (work, event) => work.app.registry.notices.has(event),
  run: async (work, event) => {
    const notice = work.app.registry.notices.get(event.name);
    const told = (await notice?.make(work, event)) ?? null;
    if (notice === undefined || told === null) return;
    const now = work.app.clock.now();
    for (const user_id of new Set(told.user_ids)) {
      if (user_id === event.user_id && !notice.isToldToActor) continue;
      const user = await work.db
        .selectFrom("users")
        .select(["language", "timezone", "deactivated_at"])
        .where("id", "=", user_id)
        .executeTakeFirst();
      if (user === undefined || user.deactivated_at !== null) continue;
      if (!(await wants(work, user_id, event.name, "in_app"))) continue;
      const { subject, body } = forReader(work.tenant, [user.language], told.text, user.timezone);
      await work.db
        .insertInto("notifications")
        .values({
          id: newId(),
          user_id,
          channel_type: "in_app",
          recipient: "",
          subject: subject.slice(0, 255),
          body,
          status: "delivered",
          sent_at: now,
          delivered_at: now,
          event_type: event.name,
          event_id: event.id,
          link_path: told.href,
          created_at: now,
          updated_at: now,
        })
        .onConflict((oc) => oc.columns(["tenant_id", "event_id", "user_id", "channel_type"]).doNothing())
        .execute();
      changed(work, `notifications/${user_id}`);
    }
  },
};
