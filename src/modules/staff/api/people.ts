import { find } from "../../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../../platform/action.ts";
import { reading } from "../../../platform/context.ts";
import { readVerb } from "../../../platform/http/jsonapi/document.ts";
import { showOne } from "../../../platform/http/jsonapi/routes.ts";
import type { Route } from "../../../platform/http/route.ts";
import { reactivateStaff, resendInvite } from "../actions.ts";
import { endSessions, requireNewPassword } from "../containment.ts";
import { userResource } from "../resources.ts";

function verb(name: string, summary: string, action: AnyAction): Route {
  return {
    method: "POST",
    path: `/api/v1/users/:id/${name}`,
    door: "api",
    permission: "staff.manage",
    doc: { summary, answer: { one: "users" } },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "users", id));
      await perform(ctx, action, { ...(await readVerb(incoming, "users", id)), id });
      return showOne(ctx, userResource, id);
    },
  };
}

/** What else is done with people of the staff; DELETE deactivates. */
export const peopleApi: Route[] = [
  verb(
    "reactivate",
    "Take the account of somebody deactivated back into use.",
    reactivateStaff as unknown as AnyAction,
  ),
  verb(
    "require-new-password",
    "Take the password of a person away: they are signed out everywhere and get a mail to choose another one.",
    requireNewPassword as unknown as AnyAction,
  ),
  verb("end-sessions", "Sign a person out everywhere.", endSessions as unknown as AnyAction),
  verb(
    "resend-invite",
    "Mail a new link to somebody who has not chosen a password yet; the earlier one stops working.",
    resendInvite as unknown as AnyAction,
  ),
];
