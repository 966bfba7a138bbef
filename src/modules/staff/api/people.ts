import type { AnyAction } from "../../../platform/action.ts";
import { verbRoute } from "../../../platform/http/jsonapi/verb-route.ts";
import type { Route } from "../../../platform/http/route.ts";
import { reactivateStaff, resendInvite } from "../actions.ts";
import { endSessions, requireNewPassword } from "../containment.ts";
import { userResource } from "../resources.ts";

/** What else is done with people of the staff; DELETE deactivates. */
export const peopleApi: Route[] = [
  verbRoute(
    userResource,
    "reactivate",
    reactivateStaff as unknown as AnyAction,
    "Take the account of somebody deactivated back into use.",
  ),
  verbRoute(
    userResource,
    "require-new-password",
    requireNewPassword as unknown as AnyAction,
    "Take the password of a person away: they are signed out everywhere and get a mail to choose another one.",
  ),
  verbRoute(userResource, "end-sessions", endSessions as unknown as AnyAction, "Sign a person out everywhere."),
  verbRoute(
    userResource,
    "resend-invite",
    resendInvite as unknown as AnyAction,
    "Mail a new link to somebody who has not chosen a password yet; the earlier one stops working.",
  ),
];
