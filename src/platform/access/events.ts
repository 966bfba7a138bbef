import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "../events/event-type.ts";

/** Told where keys are proven, and so stated here; the staff module lists it among its events. */
export const keyUsedFromNewAddress = eventType({
  name: "staff.key_used_from_new_address",
  description: "An API key was used from an address that it had not been used from before.",
  payload: Type.Object({ api_key_id: idOf(), key_name: Type.String(), user_id: idOf(), ip_address: Type.String() }),
  isPublic: false,
});
