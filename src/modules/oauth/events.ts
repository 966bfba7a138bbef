import { Type } from "@sinclair/typebox";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

/** A code or refresh token of an app was shown twice. */
export const tokenReused = eventType({
  name: "oauth.token_reused",
  description:
    "A code or refresh token of an app was shown a second time, so somebody else may hold it; what it stood for was ended.",
  payload: Type.Object({
    client_id: idOf(),
    client_name: Type.String(),
    user_id: orNull(idOf()),
    ip_address: Type.String(),
  }),
});
