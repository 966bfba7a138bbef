import { Type } from "@sinclair/typebox";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

/** What is told of time entries. */

const payload = Type.Object({
  time_entry_id: idOf(),
  ticket_id: orNull(idOf()),
  company_id: orNull(idOf()),
  user_id: idOf(),
});
const subject = { resource: "time-entries", id: "time_entry_id" };

export const timeLogged = eventType({
  name: "time.logged",
  description: "Time was written down, by hand or by a timer.",
  payload,
  subject,
});

export const timeChanged = eventType({
  name: "time.changed",
  description: "A time entry was changed.",
  payload,
  subject,
});

export const timeDeleted = eventType({
  name: "time.deleted",
  description: "A time entry was deleted.",
  payload,
  subject,
});

export const timeEvents = [timeLogged, timeChanged, timeDeleted];
