import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { can } from "../../platform/access/actor.ts";
import { action } from "../../platform/action.ts";
import type { Ctx, Work } from "../../platform/context.ts";
import { asSystem } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { invalidField, notFound } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { type ChannelType, userNotificationPreferences } from "./schema.ts";

/** What somebody has chosen for one event. */
export interface Preference {
  event_type: string;
  channel_types: ChannelType[];
  is_enabled: boolean;
}

/** The channels that there are for each event: in the app, and by mail where mails are written today. */
export function offeredEvents(ctx: Ctx): { event_type: string; title: string; channels: ChannelType[] }[] {
  return [...ctx.app.registry.notices.values()].map(({ event, title, hasMail }) => ({
    event_type: event,
    title,
    channels: hasMail ? ["in_app", "email"] : ["in_app"],
  }));
}

/** What somebody hears of: what they have chosen, and where they have not, everything. */
export async function preferencesOf(ctx: Ctx, userId: string): Promise<Preference[]> {
  const rows = await ctx.db
    .selectFrom("user_notification_preferences")
    .select(["event_type", "channel_types", "is_enabled"])
    .where("user_id", "=", userId)
    .execute();
  return offeredEvents(ctx).map(
    ({ event_type, channels }) =>
      rows.find((row) => row.event_type === event_type) ?? { event_type, channel_types: channels, is_enabled: true },
  );
}

/** Whether somebody wants to hear of an event on a channel. */
export async function wants(ctx: Ctx, userId: string, event: string, channel: ChannelType): Promise<boolean> {
  const row = await ctx.db
    .selectFrom("user_notification_preferences")
    .select(["channel_types", "is_enabled"])
    .where("user_id", "=", userId)
    .where("event_type", "=", event)
    .executeTakeFirst();
  return row === undefined || (row.is_enabled && row.channel_types.includes(channel));
}

interface Chosen {
  user_id: string;
  preferences: { event_type: string; channel_types: ChannelType[]; is_enabled?: boolean }[];
}

const preference = Type.Object(
  {
    event_type: Type.String({ maxLength: 100 }),
    channel_types: Type.Array(Type.Union([Type.Literal("in_app"), Type.Literal("email")]), { maxItems: 2 }),
    is_enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** Whose preferences somebody may see and change: their own, and whoever keeps the staff, everybody's. */
export async function ownerOf(ctx: Ctx, userId: string): Promise<string> {
  if (userId !== ctx.actor.user_id && !can(ctx.actor, "staff.manage")) throw notFound(t("This user"));
  return (await find(ctx, "users", userId)).id;
}

/** Chooses what a person hears of, and how; events that are not named stay as they are. */
export const setPreferences = action({
  name: "notifications.set_preferences",
  permission: null,
  input: Type.Object(
    { user_id: Type.String({ format: "uuid" }), preferences: Type.Array(preference, { maxItems: 200 }) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { user_id, preferences }: Chosen) => {
    await ownerOf(work, user_id);
    const offered = new Set(offeredEvents(work).map(({ event_type }) => event_type));
    const system = asSystem(work);
    for (const { event_type, channel_types, is_enabled = true } of preferences) {
      if (!offered.has(event_type))
        throw invalidField("preferences", t("There is no event {name}.", { name: event_type }), "not_found");
      const known = await work.db
        .selectFrom("user_notification_preferences")
        .select("id")
        .where("user_id", "=", user_id)
        .where("event_type", "=", event_type)
        .executeTakeFirst();
      if (known === undefined)
        await insert(system, userNotificationPreferences, { user_id, event_type, channel_types, is_enabled });
      else await update(system, userNotificationPreferences, known.id, { channel_types, is_enabled });
    }
  },
});
