import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "../../platform/events/event-type.ts";

/** What is told of contracts. */

const payload = Type.Object({ contract_id: idOf(), company_id: idOf() });
const subject = { resource: "contracts", id: "contract_id" };

export const contractCreated = eventType({
  name: "contracts.created",
  description: "A contract was made.",
  payload,
  subject,
});

export const contractChanged = eventType({
  name: "contracts.changed",
  description: "The terms of a contract were changed.",
  payload,
  subject,
});

export const contractActivated = eventType({
  name: "contracts.activated",
  description: "A contract came into force.",
  payload,
  subject,
});

export const contractCancelled = eventType({
  name: "contracts.cancelled",
  description: "A contract was cancelled.",
  payload,
  subject,
});

export const contractExpired = eventType({
  name: "contracts.expired",
  description: "A contract came to its end without being renewed.",
  payload,
  subject,
});

export const contractRenewed = eventType({
  name: "contracts.renewed",
  description: "A contract was renewed and has a new end.",
  payload: Type.Object({ contract_id: idOf(), company_id: idOf(), end_date: Type.String({ format: "date" }) }),
  subject,
});

export const contractEvents = [
  contractCreated,
  contractChanged,
  contractActivated,
  contractCancelled,
  contractExpired,
  contractRenewed,
];
