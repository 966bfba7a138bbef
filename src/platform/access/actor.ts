import type { Scope } from "./schema.ts";

export type Narrow = Exclude<Scope, "all">;

/** Who is acting. What they may do is a set of permissions; what they may see is decided by `reach`. */
export interface Actor {
  kind: "staff" | "portal" | "system" | "nobody" | "operator";
  /** The user, for staff and portal; operators of the installation are nobody's users. */
  user_id: string | null;
  name: string;
  email: string;
  /** Portal users: the contact and the company they belong to. */
  contact_id: string | null;
  company_id: string | null;
  /** The language they have chosen for pages and mails; null: the organization's. */
  language: string | null;
  /** The time zone they have chosen; null: the organization's. */
  timezone: string | null;
  /** How they like the pages; absent for those who have no pages. */
  likes?: { theme: "system" | "light" | "dark"; density: "comfortable" | "compact"; is_shortcuts_on: boolean };
  permissions: ReadonlySet<string>;
  /** Permissions that reach less than everything. */
  narrowed: ReadonlyMap<string, Narrow>;
  session_id: string | null;
  api_key_id: string | null;
  /** Set for an app of others: what somebody has allowed it. */
  oauth_grant_id?: string | null;
  /** True for an app, and for a key that was given some permissions: what is a person's own is not theirs to see or to change. */
  is_limited?: boolean;
  /** True for a session of somebody whose role requires a second step and who has none: all it opens is the set-up of one. */
  is_second_step_missing?: boolean;
}

export const nobody: Actor = {
  kind: "nobody",
  user_id: null,
  name: "",
  email: "",
  contact_id: null,
  company_id: null,
  language: null,
  timezone: null,
  permissions: new Set(),
  narrowed: new Map(),
  session_id: null,
  api_key_id: null,
};

/** Purser itself: jobs, event handlers and the command line. */
export const system: Actor = { ...nobody, kind: "system", name: "Purser" };

/** Whether the actor holds a permission; the system holds all, nobody none. */
export function can(actor: Actor, permission: string): boolean {
  return actor.kind === "system" || actor.permissions.has(permission);
}

/** How far a permission that the actor holds reaches. */
export function scopeOf(actor: Actor, permission: string): Scope {
  return actor.kind === "system" ? "all" : (actor.narrowed.get(permission) ?? "all");
}

/** Of what several roles grant, the widest holds: a map of the permissions that not one role grants in full. */
export function narrowedOf(granted: readonly { permission: string; scope: Scope }[]): Map<string, Narrow> {
  const narrowed = new Map<string, Narrow>();
  const full = new Set(granted.filter((one) => one.scope === "all").map((one) => one.permission));
  for (const { permission, scope } of granted) {
    if (scope === "all" || full.has(permission) || narrowed.get(permission) === "team") continue;
    narrowed.set(permission, scope);
  }
  return narrowed;
}
