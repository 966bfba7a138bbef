import { sql } from "kysely";
import { can } from "../../platform/access/actor.ts";
import type { ReachRule } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";

/** The events whose records the actor may look at: an app that may not read tickets does not read of them here either. */
function readableEvents({ app: { registry }, actor }: Ctx): string[] {
  const resources = [...registry.resources.values()];
  return [...registry.events.values()].flatMap(({ name, subject }) => {
    const about = resources.find(({ path }) => path === subject?.resource);
    return about !== undefined && (about.permission === null || can(actor, about.permission)) ? [name] : [];
  });
}

/** Notifications and preferences are between Purser and the person. */
const ownOnly =
  (table: string): ReachRule =>
  (query, ctx) =>
    ctx.actor.kind === "system" ? query : query.where(sql.ref(`${table}.user_id`), "=", ctx.actor.user_id);

export const notificationReach: Readonly<Record<string, ReachRule>> = {
  notifications: (query, ctx) => {
    const own = ownOnly("notifications")(query, ctx);
    return ctx.actor.is_limited === true
      ? own.where(sql.ref("notifications.event_type"), "in", ["", ...readableEvents(ctx)])
      : own;
  },
  user_notification_preferences: ownOnly("user_notification_preferences"),
};
