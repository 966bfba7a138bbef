import { actorOf } from "../../../platform/access/identify.ts";
import { asSystem, type Work } from "../../../platform/context.ts";

/**
 * The same unit of work with the system's reach and a person's own name: what somebody does about their own sign-in, also
 * while they are on the way in and nobody yet. In the audit log it is theirs.
 */
export async function asOwner(joined: Work, userId: string): Promise<Work> {
  const system = asSystem(joined);
  const owner = joined.actor.user_id === userId ? joined.actor : await actorOf(joined.db, userId, null, null);
  return owner === null ? system : { ...system, actor: { ...owner, kind: "system" } };
}
