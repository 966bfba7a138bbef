import type { AnyAction } from "../../platform/action.ts";
import { deliveryDied } from "../../platform/events/delivery-died.ts";
import { notice, staffWith } from "../../platform/events/notice.ts";
import { accountCard } from "../../platform/http/pages/account.ts";
import { declared, t } from "../../platform/language/index.ts";
import { liveRoutes } from "../../platform/live/routes.ts";
import { defineModule } from "../../platform/module.ts";
import { eventName } from "../events/index.ts";
import { markAllRead, markRead } from "./actions.ts";
import { notificationApi, notificationResource } from "./api.ts";
import { clearNotifications } from "./jobs.ts";
import { makeNotifications } from "./make.ts";
import { bellModel, notificationPages } from "./pages.ts";
import { setPreferences } from "./preferences.ts";
import { notificationReach } from "./reach.ts";
import { notifications, userNotificationPreferences } from "./schema.ts";

export { wants } from "./preferences.ts";

/** Tells people what concerns them, in the app (PRD 3.13); whom, each module says by its `notices`. */
export const notificationsModule = defineModule({
  name: "notifications",
  tables: [notifications, userNotificationPreferences],
  actions: [markRead, markAllRead, setPreferences] as unknown as AnyAction[],
  resources: [notificationResource],
  routes: [...notificationPages, ...notificationApi, ...liveRoutes],
  reach: notificationReach,
  events: [makeNotifications],
  jobs: [clearNotifications],
  notices: [
    notice(deliveryDied, { title: "A background task has failed for good" }, async (work, { payload }) => ({
      user_ids: await staffWith(work, "settings.manage"),
      text: () => ({
        subject: t("A background task has failed for good"),
        body: `${eventName(payload.event_name)} → ${eventName(payload.handler)}`,
      }),
      href: `/settings/events/${payload.event_id}`,
    })),
  ],
  panels: [
    accountCard("staff", 20, {
      title: declared("Notifications I get"),
      text: declared("What you are told of in the app, and what by mail."),
      href: "/account/notifications",
      icon: "bell",
    }),
  ],
  chrome: async (ctx) => (ctx.actor.kind === "staff" ? { bell: await bellModel(ctx) } : {}),
});
