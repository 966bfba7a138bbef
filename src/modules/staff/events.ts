import { Type } from "@sinclair/typebox";
import { keyRefusedAtAddress, keyUsedFromNewAddress } from "../../platform/access/events.ts";
import { eventType, idOf, orNull } from "../../platform/events/event-type.ts";

/** What is told of signing in: for those who watch over it. */

const subject = { resource: "users", id: "user_id" };
/** What the browser or program calls itself; absent from events of before it was told. */
const userAgent = Type.Optional(Type.String());
const userType = Type.Union([Type.Literal("staff"), Type.Literal("portal")]);

export const signInFailed = eventType({
  name: "staff.sign_in_failed",
  description: "Somebody tried to sign in with a wrong password, or an address that has no account.",
  payload: Type.Object({
    /** Null: there is no such account. */
    user_id: orNull(idOf()),
    user_type: userType,
    email: Type.String(),
    ip_address: Type.String(),
    user_agent: userAgent,
  }),
});

/**
 * Told whether the address is known or not: what is done about it is done after the answer, so that the answer and the
 * work before it say nothing of who has an account.
 */
export const resetRequested = eventType({
  name: "staff.reset_requested",
  description: "Somebody asked for a link to choose a new password.",
  payload: Type.Object({ user_type: userType, email: Type.String(), ip_address: Type.String() }),
  isPublic: false,
});

export const secondStepFailed = eventType({
  name: "staff.second_step_failed",
  description: "Somebody knew the password and then gave a wrong code.",
  payload: Type.Object({ user_id: idOf(), user_type: userType, ip_address: Type.String(), user_agent: userAgent }),
  subject,
});

export const signedInOnNewDevice = eventType({
  name: "staff.signed_in_on_new_device",
  description: "Somebody signed in from a device that they had not used before.",
  payload: Type.Object({
    user_id: idOf(),
    user_type: userType,
    user_name: Type.String(),
    /** In English, as programs are spoken to: "Firefox on Windows". */
    device: Type.String(),
    /** What the browser or program calls itself. */
    user_agent: Type.String(),
    ip_address: Type.String(),
  }),
  subject,
});

export const refreshTokenReused = eventType({
  name: "staff.refresh_token_reused",
  description: "A refresh token was shown a second time, so somebody else may hold it; its session was ended.",
  payload: Type.Object({
    user_id: idOf(),
    user_type: userType,
    user_name: Type.String(),
    session_id: idOf(),
    ip_address: Type.String(),
  }),
  subject,
});

export const secondFactorReset = eventType({
  name: "staff.second_factor_reset",
  description: "An administrator took somebody's second factors away.",
  payload: Type.Object({ user_id: idOf() }),
  subject,
});

/** Somebody can do more than before: a person by another role, or everybody with a role that was given more. */
export const roleRaised = eventType({
  name: "staff.role_raised",
  description: "Somebody was given a role, or a role was given permissions.",
  payload: Type.Object({
    /** Whose roles changed; null: the role itself did. */
    user_id: orNull(idOf()),
    /** The role that changed; null: a person's roles did. */
    role_id: orNull(idOf()),
    /** What is new, `tickets.read` or narrower `tickets.read:own`. */
    permissions: Type.Array(Type.String()),
    /** Whether anybody can use it already: the person has been in, or somebody has the role. Absent from earlier events. */
    is_in_use: Type.Optional(Type.Boolean()),
    by_user_id: orNull(idOf()),
  }),
  isPublic: false,
});

export const staffEvents = [
  keyUsedFromNewAddress,
  keyRefusedAtAddress,
  signInFailed,
  resetRequested,
  secondStepFailed,
  signedInOnNewDevice,
  refreshTokenReused,
  secondFactorReset,
  roleRaised,
];
