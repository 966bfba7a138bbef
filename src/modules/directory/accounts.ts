import { takeSeat } from "../../platform/access/quotas.ts";
import { users } from "../../platform/access/schema.ts";
import type { Work } from "../../platform/context.ts";
import { insert, update } from "../../platform/database/records.ts";
import { endAccount, setRoles } from "../staff/index.ts";
import type { Found } from "./lookup.ts";
import type { Why } from "./rules.ts";

/** Accounts of those whom the directory knows. Everything here is done in the system's name, in one unit of work a person. */

export type Placed = { userId: string; is: "made" | "changed" | "same" } | { userId: null; is: Why };

/**
 * Makes or changes somebody's account after what the directory says. An account of the same address that is not known to be
 * theirs is left alone: whoever looks after the directory could otherwise become anybody.
 *
 * @throws Failure 409 when there is no seat left, or nobody would be left who may manage staff
 */
export async function place(work: Work, found: Found): Promise<Placed> {
  const known = await work.db
    .selectFrom("directory_people")
    .innerJoin("users", "users.id", "directory_people.user_id")
    .selectAll("users")
    .where("directory_people.object_guid", "=", found.guid)
    .executeTakeFirst();
  const { name, title, phone } = found;
  if (known === undefined) {
    if (await isTaken(work, found.email)) return { userId: null, is: "own_account" };
    await takeSeat(work);
    const user = await insert(work, users, { user_type: "staff", name, email: found.email, title, phone });
    await work.db.insertInto("directory_people").values({ user_id: user.id, object_guid: found.guid }).execute();
    await setRoles(work, user.id, found.roleIds);
    return { userId: user.id, is: "made" };
  }
  // Whom a person has deactivated here stays so, whatever the directory says.
  if (known.deactivated_at !== null && known.deactivated_by_id !== null) return { userId: known.id, is: "same" };
  if (known.deactivated_at !== null) await takeSeat(work);
  const email = found.email === known.email || (await isTaken(work, found.email)) ? known.email : found.email;
  const row = await update(work, users, known.id, { name, email, title, phone, deactivated_at: null });
  const hasOtherRoles = await setRoles(work, known.id, found.roleIds);
  return { userId: known.id, is: row.version !== known.version || hasOtherRoles ? "changed" : "same" };
}

/**
 * Ends the account of somebody whom the directory does not know any more, or has disabled. Answers whether it was open.
 *
 * @throws Failure 409 when it would leave nobody who may manage staff
 */
export async function end(work: Work, userId: string): Promise<boolean> {
  const user = await work.db.selectFrom("users").select("deactivated_at").where("id", "=", userId).executeTakeFirst();
  if (user === undefined || user.deactivated_at !== null) return false;
  await endAccount(work, userId, null);
  return true;
}

const isTaken = async (work: Work, email: string): Promise<boolean> =>
  (await work.db
    .selectFrom("users")
    .select("id")
    .where("user_type", "=", "staff")
    .where("email", "=", email)
    .executeTakeFirst()) !== undefined;
