import { sql } from "kysely";
import type { ReachRule } from "../../platform/access/reach.ts";

/** Notifications and preferences are between Purser and the person. */
const ownOnly =
  (table: string): ReachRule =>
  (query, ctx) =>
    ctx.actor.kind === "system" ? query : query.where(sql.ref(`${table}.user_id`), "=", ctx.actor.user_id);

export const notificationReach: Readonly<Record<string, ReachRule>> = {
  notifications: ownOnly("notifications"),
  user_notification_preferences: ownOnly("user_notification_preferences"),
};
