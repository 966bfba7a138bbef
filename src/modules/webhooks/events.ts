import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "../../platform/events/event-type.ts";

export const webhookDisabled = eventType({
  name: "webhooks.disabled",
  description:
    "Purser has switched a webhook off, because nothing had arrived there for days or it said that it is gone.",
  payload: Type.Object({ webhook_endpoint_id: idOf(), reason: Type.String() }),
  subject: { resource: "webhook-endpoints", id: "webhook_endpoint_id" },
});
