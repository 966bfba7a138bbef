import { deliveryDied } from "../../platform/events/delivery-died.ts";
import { eventDeliveries, events } from "../../platform/events/outbox.ts";
import { t } from "../../platform/language/index.ts";
import { defineModule } from "../../platform/module.ts";
import { eventActions } from "./actions.ts";
import { eventApi, eventDeliveryResource, eventResource } from "./api.ts";
import { clearEvents } from "./jobs.ts";
import { eventPages } from "./pages.ts";

export { exampleOf } from "./catalog.ts";
export { keptSince } from "./jobs.ts";
export { eventGroup, eventName, eventWords } from "./words.ts";

/** What happened, what follows from it, and what could not be done: to read, to try again, to drop. */
export const eventsModule = defineModule({
  name: "events",
  tables: [events, eventDeliveries],
  emits: [deliveryDied],
  actions: eventActions,
  resources: [eventResource, eventDeliveryResource],
  routes: [...eventPages, ...eventApi],
  jobs: [clearEvents],
  panels: [
    {
      page: "settings",
      order: 90,
      permission: "settings.manage",
      load: async () => ({
        kind: "card",
        group: t("Integrations"),
        title: t("Events"),
        text: t("What happened, what follows from it, and what could not be done."),
        href: "/settings/events",
        icon: "bolt",
      }),
    },
  ],
});
