import type { Work } from "../../../platform/context.ts";
import { hashToken } from "../../../platform/crypto/tokens.ts";
import { emit } from "../../../platform/events/outbox.ts";
import { defaultLanguage, inLanguage } from "../../../platform/language/index.ts";
import { signedInOnNewDevice } from "../events.ts";
import { deviceOf } from "../rules.ts";
import { tellOfChange } from "./notices.ts";

/** By which a program is known again that keeps no cookies: its name. */
const programHash = (userAgent: string): string => hashToken(`program:${userAgent}`);

/**
 * Tells of a sign-in from a device that this person has not used before: the person by mail, everybody who listens by an
 * event. The first device of all is nothing to tell. Answers the hash to keep.
 */
export async function noticeDevice(
  work: Work,
  entry: { userId: string; kind: "browser" | "api"; deviceHash: string | null },
): Promise<string> {
  const hash = entry.deviceHash ?? programHash(work.request.user_agent);
  const sessions = await work.db
    .selectFrom("sessions")
    .select("device_hash")
    .where("user_id", "=", entry.userId)
    .where("device_hash", "is not", null)
    .execute();
  if (sessions.length === 0 || sessions.some((session) => session.device_hash === hash)) return hash;
  const { ip, user_agent } = work.request;
  await emit(work, signedInOnNewDevice, {
    user_id: entry.userId,
    user_type: work.actor.kind === "portal" ? "portal" : "staff",
    user_name: work.actor.name,
    device: inLanguage(defaultLanguage, "en-US", () => deviceOf(user_agent)),
    user_agent: user_agent.slice(0, 1000),
    ip_address: ip,
  });
  await tellOfChange(work, entry.userId, "new_device");
  return hash;
}
