import type { Ctx } from "../../../platform/context.ts";
import { noId } from "../../../platform/ids.ts";
import { isFresh, passwordAsked } from "../../staff/index.ts";
import { confirmOperatorPassword } from "./factors.ts";

/** Operators prove again who they are for what people of organizations do: a sign-in just now, or the password. */

/** Whether the operator has signed in just now. */
export async function hasOperatorJustSignedIn({ app, actor }: Ctx): Promise<boolean> {
  const id = actor.session_id;
  if (id === null) return false;
  const session = await app.database.read(noId, (db) =>
    db.selectFrom("operator_sessions").select("created_at").where("id", "=", id).executeTakeFirst(),
  );
  return session !== undefined && isFresh(session.created_at, app.clock.now());
}

/** Lets on whoever has just signed in, or sends the right password as `present_password`. */
export async function proveOperatorAgain(ctx: Ctx, password: string): Promise<void> {
  if (password !== "") await confirmOperatorPassword(ctx, password);
  else if (!(await hasOperatorJustSignedIn(ctx))) throw passwordAsked("present_password");
}
