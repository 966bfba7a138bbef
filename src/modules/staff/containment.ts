import { Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import type { RowFor } from "../../platform/access/reach.ts";
import { revokeSessions } from "../../platform/access/sessions.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { conflict } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { staffMember } from "./actions.ts";
import { sendLink } from "./auth/link-mails.ts";
import { checkIsOwn, dropPassword } from "./auth/passwords.ts";
import { checkMayActOn, keepAnAdministrator } from "./roles.ts";

/** What an administrator does when somebody's account may be in other hands. */

const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

async function person(work: Work, id: string): Promise<RowFor<"users">> {
  const user = await staffMember(work, id);
  await checkMayActOn(work, user.id);
  return user;
}

/** Signs somebody out everywhere; of one's own sessions the one that asks stays. */
export const endSessions = action({
  name: "staff.end_sessions",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, { id }: { id: string }) => {
    const user = await person(work, id);
    await revokeSessions(work, user.id, { except: user.id === work.actor.user_id ? work.actor.session_id : null });
    writeAuditEntry(work, "logout", "users", user.id);
    return user;
  },
});

/** Takes somebody's password away at once, signs them out, and mails them a link to choose another one. */
export const requireNewPassword = action({
  name: "staff.require_new_password",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, { id }: { id: string }) => {
    const user = await person(work, id);
    if (user.id === work.actor.user_id)
      throw conflict(t("Change your own password under Your account."), "own_account");
    if (user.deactivated_at !== null) throw conflict(t("This account has been deactivated."), "deactivated");
    await checkIsOwn(work, user.id);
    if (user.password_hash === null)
      throw conflict(t("This person has no password yet. Send the link again."), "no_password");
    await dropPassword(work, user.id, user.password_hash);
    await keepAnAdministrator(work);
    await revokeSessions(work, user.id, { except: null });
    await sendLink(work, user, "reset");
    return user;
  },
});
