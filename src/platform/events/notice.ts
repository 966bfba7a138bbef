import type { Static, TObject } from "@sinclair/typebox";
import type { Work } from "../context.ts";
import type { EventType, Happened } from "./event-type.ts";

/** What people are told of an event: where each module says so, in one place. */
export interface Notice {
  event: string;
  /** What it is called where people choose what they want to hear of. */
  title: string;
  /** Whether it is also told by mail today, so that one can choose that too. */
  hasMail: boolean;
  /** Whether it is told to whoever made it happen as well. */
  isToldToActor: boolean;
  /** Whom to tell what; null when there is nothing to tell. `text` runs once for each reader, in their language. */
  make(work: Work, event: Happened): Promise<Told | null>;
}

export interface Told {
  user_ids: readonly string[];
  text(): { subject: string; body: string };
  /** The page to open, as a path. */
  href: string;
}

/** Declares whom an event is told to; `make` gets the payload as the event declares it. */
export function notice<S extends TObject>(
  type: EventType<S>,
  given: { title: string; hasMail?: boolean; isToldToActor?: boolean },
  make: (work: Work, event: Happened<Static<S>>) => Promise<Told | null>,
): Notice {
  const { title, hasMail = false, isToldToActor = false } = given;
  return {
    event: type.name,
    title,
    hasMail,
    isToldToActor,
    make: (work, event) => make(work, event as Happened<Static<S>>),
  };
}

/** The staff who hold a permission and still work here: whom to tell what is everybody's of them. */
export async function staffWith(work: Work, permission: string): Promise<string[]> {
  const rows = await work.db
    .selectFrom("users")
    .innerJoin("user_roles", "user_roles.user_id", "users.id")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .select("users.id")
    .distinct()
    .where("users.user_type", "=", "staff")
    .where("users.deactivated_at", "is", null)
    .where("role_permissions.permission", "=", permission)
    .execute();
  return rows.map(({ id }) => id);
}
