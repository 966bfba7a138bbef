import { maybeFind } from "../../platform/access/reach.ts";
import { notice, staffWith } from "../../platform/events/notice.ts";
import { t } from "../../platform/language/index.ts";
import { webhookDisabled } from "./events.ts";

export const webhookNotices = [
  notice(webhookDisabled, { title: "A webhook is switched off" }, async (work, { payload }) => {
    const endpoint = await maybeFind(work, "webhook_endpoints", payload.webhook_endpoint_id);
    if (endpoint === undefined) return null;
    return {
      user_ids: await staffWith(work, "webhooks.manage"),
      text: () => ({ subject: t("A webhook was switched off"), body: endpoint.url }),
      href: `/settings/webhooks/${endpoint.id}`,
    };
  }),
];
