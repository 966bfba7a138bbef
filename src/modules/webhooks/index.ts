import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { webhookNotices } from "./notices.ts";
import { webhookActions } from "./actions.ts";
import { attemptResource, deliveryResource, endpointResource, webhookApi } from "./api.ts";
import { webhookDisabled } from "./events.ts";
import { clearDeliveries } from "./jobs.ts";
import { webhookPages } from "./pages/index.ts";
import { nextWebhook, queueWebhooks } from "./queue.ts";
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from "./schema.ts";
import { releaseWebhooks, sendDueWebhooks } from "./sender.ts";

export { webhookDisabled } from "./events.ts";

/** Tells other systems what happens, signed, until it has arrived (docs/webhooks.md). */
export const webhooksModule = defineModule({
  name: "webhooks",
  tables: [webhookEndpoints, webhookDeliveries, webhookAttempts],
  permissions: { "webhooks.manage": "Send what happens, with the records it is about, to other systems" },
  actions: webhookActions,
  resources: [endpointResource, deliveryResource, attemptResource],
  routes: [...webhookPages, ...webhookApi],
  notices: webhookNotices,
  emits: [webhookDisabled],
  events: [queueWebhooks],
  sender: { name: "webhooks", sendDue: sendDueWebhooks, release: releaseWebhooks },
  nextDue: nextWebhook,
  jobs: [clearDeliveries],
  panels: [
    {
      page: "settings",
      order: 85,
      permission: "webhooks.manage",
      load: async () => ({
        kind: "card",
        group: t("Integrations"),
        title: t("Webhooks"),
        text: t("Tell other systems what happens here."),
        href: "/settings/webhooks",
        icon: "link",
      }),
    },
  ],
});
