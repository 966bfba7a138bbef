import { col, defaulted, readOnly, record, table, texts } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

const channelTypes = ["email", "sms", "slack", "teams", "discord", "google_chat", "mattermost", "in_app"] as const;
export type ChannelType = (typeof channelTypes)[number];

/** What somebody is told, on one channel (PRD 3.13.2 `Notification`). */
export const notifications = table(
  "notifications",
  {
    ...record,
    user_id: col.maybe.ref("users"),
    channel_type: col.enum(channelTypes),
    template_id: col.maybe.id(),
    /** Address, number or channel; empty in the app. */
    recipient: defaulted(col.text(), ""),
    subject: col.text(),
    body: defaulted(col.text({ maxLength: 10_000 }), ""),
    status: col.enum(["pending", "sent", "delivered", "failed"] as const),
    error_message: col.maybe.text({ maxLength: 2000 }),
    sent_at: col.maybe.instant(),
    delivered_at: col.maybe.instant(),
    read_at: col.maybe.instant({ label: "Read" }),
    /** The event that it tells of; the event itself may have been cleared away since. */
    event_type: col.text(),
    event_id: col.id(),
    /** The page that it leads to. */
    link_path: defaulted(col.text({ maxLength: 500 }), ""),
  },
  { noun: "notification", isAudited: false, readPermission: "staff" },
);

/** What somebody wants to hear of, and how (PRD 3.13.2); without a row: everything, by every channel there is. */
export const userNotificationPreferences = table(
  "user_notification_preferences",
  {
    ...record,
    user_id: readOnly(col.ref("users")),
    event_type: readOnly(col.text()),
    channel_types: defaulted(col.json<ChannelType[]>({ shape: texts }), []),
    is_enabled: defaulted(col.boolean(), true),
  },
  { noun: "notification preference", readPermission: "staff" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    notifications: TableType<typeof notifications>;
    user_notification_preferences: TableType<typeof userNotificationPreferences>;
  }
}
