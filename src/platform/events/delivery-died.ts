import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "./event-type.ts";

export const deliveryDied = eventType({
  name: "events.delivery_died",
  description: "A part of Purser could not do what follows from an event, ten times in a row, and has given it up.",
  payload: Type.Object({
    event_delivery_id: idOf(),
    event_id: idOf(),
    event_name: Type.String(),
    handler: Type.String(),
  }),
  subject: { resource: "event-deliveries", id: "event_delivery_id" },
});
