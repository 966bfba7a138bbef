import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "../events/event-type.ts";

const payload = Type.Object({
  api_key_id: idOf(),
  key_name: Type.String(),
  user_id: idOf(),
  ip_address: Type.String(),
});

/** Told where keys are proven, and so stated here; the staff module lists them among its events. */
export const keyUsedFromNewAddress = eventType({
  name: "staff.key_used_from_new_address",
  description: "An API key was used from an address that it had not been used from before.",
  payload,
  isPublic: false,
});

export const keyRefusedAtAddress = eventType({
  name: "staff.key_refused_at_address",
  description:
    "An API key was refused at an address outside of the networks that it, or the organization's API, is held to.",
  payload,
  isPublic: false,
});
