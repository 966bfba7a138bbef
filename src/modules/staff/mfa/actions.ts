import { checkMayActOn } from "../roles.ts";
import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { revokeSessions } from "../../../platform/access/sessions.ts";
import { action } from "../../../platform/action.ts";
import type { Work } from "../../../platform/context.ts";
import { dropFactors } from "./factors.ts";

/** For somebody who has lost phone and codes: their second factors go, their sessions end, and they hear of it by mail. */
export const resetSecondFactor = action({
  name: "staff.reset_second_factor",
  permission: "staff.manage",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id }: { id: string }) => {
    const user = await find(work, "users", id);
    await checkMayActOn(work, user.id);
    await dropFactors(work, user.id);
    await revokeSessions(work, user.id, { except: user.id === work.actor.user_id ? work.actor.session_id : null });
    return user;
  },
});
