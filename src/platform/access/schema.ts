import { col, defaulted, link, readOnly, record, secret, table, texts } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";

/** People who sign in. Staff and portal users are kept apart: the same address may be both. */
export const users = table(
  "users",
  {
    ...record,
    user_type: readOnly(col.enum(["staff", "portal"])),
    name: col.text({ maxLength: 120 }),
    /** Lower case; unique among users of the same type. */
    email: col.text({ format: "email", label: "E-mail" }),
    title: col.maybe.text({ label: "Job title" }),
    phone: col.maybe.text({ maxLength: 50 }),
    timezone: col.maybe.text({ format: "timezone", label: "Time zone" }),
    /** The language of pages and mails; null: the organization's. */
    language: col.maybe.text({ maxLength: 10 }),
    theme: defaulted(col.enum(["system", "light", "dark"] as const), "system" as const),
    density: defaulted(col.enum(["comfortable", "compact"] as const), "comfortable" as const),
    /** Single-key shortcuts can be switched off (WCAG 2.1.4). */
    is_shortcuts_on: defaulted(col.boolean({ label: "Keyboard shortcuts" }), true),
    /** Null until the invitation is accepted. */
    password_hash: secret(col.maybe.text()),
    password_changed_at: readOnly(col.maybe.instant()),
    /** Portal users: the contact they are. */
    contact_id: readOnly(col.maybe.ref("contacts")),
    invited_at: readOnly(col.maybe.instant()),
    last_signed_in_at: readOnly(col.maybe.instant({ label: "Last signed in" })),
    deactivated_at: readOnly(col.maybe.instant()),
    deactivated_by_id: readOnly(col.maybe.ref("users")),
  },
  { noun: "user", readPermission: "staff" },
);

/** Everybody's records, those of one's teams and one's own, or one's own only; the first is the widest. */
export const scopes = ["all", "team", "own"] as const;
export type Scope = (typeof scopes)[number];

/** A named set of permissions. Standard roles have a key and come with every organization. */
export const roles = table(
  "roles",
  {
    ...record,
    role_key: readOnly(col.maybe.text()),
    /** Whom the role is for; staff and portal users are never given each other's. */
    user_type: defaulted(readOnly(col.enum(["staff", "portal"] as const, { label: "For" })), "staff" as const),
    name: col.text({ maxLength: 80 }),
    description: defaulted(col.text({ maxLength: 1000 }), ""),
    /** Who has the role signs in in two steps. */
    is_mfa_required: defaulted(col.boolean({ label: "Requires two-step sign-in" }), false),
  },
  { isConfiguration: true, readPermission: "staff" },
);

export const rolePermissions = table(
  "role_permissions",
  {
    ...link,
    role_id: col.ref("roles"),
    permission: col.text(),
    /** How far it reaches over records that belong to somebody. */
    scope: defaulted(col.enum(scopes), "all" as const),
  },
  { isAudited: false, isConfiguration: true, readPermission: "nobody" },
);

/** What standard roles have been offered: what somebody takes away from a role stays away. */
export const offeredGrants = table(
  "offered_grants",
  { ...link, role_key: col.text(), permission: col.text() },
  { isAudited: false, readPermission: "nobody" },
);

export const userRoles = table(
  "user_roles",
  { ...link, user_id: col.ref("users"), role_id: col.ref("roles") },
  { isAudited: false, isConfiguration: true, readPermission: "nobody" },
);

/** People who work together; a ticket can be a team's. */
export const teams = table(
  "teams",
  { ...record, name: col.text({ maxLength: 80 }), description: defaulted(col.text({ maxLength: 1000 }), "") },
  { noun: "team", isConfiguration: true, readPermission: "staff" },
);

export const teamMembers = table(
  "team_members",
  { ...link, team_id: col.ref("teams"), user_id: col.ref("users"), is_lead: defaulted(col.boolean(), false) },
  { isAudited: false, isConfiguration: true, readPermission: "nobody" },
);

/** A browser that is signed in. The cookie holds a token; here stands only its hash. */
export const sessions = table(
  "sessions",
  {
    id: readOnly(col.id()),
    tenant_id: defaulted(readOnly(col.id()), ""),
    user_id: col.ref("users"),
    token_hash: secret(col.text()),
    ip_address: col.text(),
    user_agent: col.text({ maxLength: 1000 }),
    created_at: col.instant(),
    last_seen_at: col.instant(),
    expires_at: col.instant(),
    revoked_at: col.maybe.instant(),
    session_kind: defaulted(col.enum(["browser", "api"] as const), "browser" as const),
    signed_in_with: defaulted(
      col.enum(["password", "passkey", "link", "single_sign_on"] as const),
      "password" as const,
    ),
    /** What the person calls the device; null: what the browser says of itself. */
    device_name: col.maybe.text({ maxLength: 80 }),
    /** By which a device is known again: the hash of a value that stays in the browser, or of the program's name. */
    device_hash: secret(col.maybe.text()),
    /** The end in any case, however much it is used; null for sessions from before there was one. */
    ends_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "staff" },
);

/** Keys for programs. They act for a user, within scopes. */
export const apiKeys = table(
  "api_keys",
  {
    ...record,
    user_id: readOnly(col.ref("users")),
    name: col.text({ maxLength: 80 }),
    token_hash: secret(col.text()),
    /** First characters, to tell keys apart on screen. */
    hint: readOnly(col.text()),
    /** Permissions the key may use; empty: all of the user's. */
    scopes: defaulted(col.json<string[]>({ shape: texts }), []),
    last_used_at: readOnly(col.maybe.instant()),
    /** Addresses that it was used from, newest first. */
    known_ips: defaulted(readOnly(col.json<string[]>({ shape: texts })), []),
    /** Addresses that it was refused at for the networks it is held to, newest first. */
    refused_ips: defaulted(readOnly(col.json<string[]>({ shape: texts })), []),
    last_used_ip: readOnly(col.maybe.text({ label: "Last used from" })),
    /** Where it may be used from, as addresses and networks; empty: from anywhere. */
    allowed_networks: defaulted(col.json<string[]>({ shape: texts }), []),
    /** When its owner was told that it ends soon. */
    expiry_warned_at: readOnly(col.maybe.instant()),
    expires_at: col.maybe.instant(),
    revoked_at: readOnly(col.maybe.instant()),
  },
  { noun: "API key", readPermission: "staff" },
);

/** Links that work once: invitations, forgotten passwords, the first start. */
export const oneTimeTokens = table(
  "one_time_tokens",
  {
    id: readOnly(col.id()),
    tenant_id: defaulted(readOnly(col.id()), ""),
    purpose: col.enum(["setup", "invite", "reset"]),
    user_id: col.maybe.ref("users"),
    token_hash: secret(col.text()),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "nobody" },
);

/** How often something was tried in a window of time: sign-ins by account and by address. */
export const rateLimits = table(
  "rate_limits",
  { limit_key: col.text(), window_started_at: col.instant(), attempts: col.integer() },
  { isPlatform: true, isAudited: false },
);

declare module "../database/tables.ts" {
  interface Tables {
    users: TableType<typeof users>;
    roles: TableType<typeof roles>;
    role_permissions: TableType<typeof rolePermissions>;
    offered_grants: TableType<typeof offeredGrants>;
    user_roles: TableType<typeof userRoles>;
    teams: TableType<typeof teams>;
    team_members: TableType<typeof teamMembers>;
    sessions: TableType<typeof sessions>;
    api_keys: TableType<typeof apiKeys>;
    one_time_tokens: TableType<typeof oneTimeTokens>;
    rate_limits: TableType<typeof rateLimits>;
  }
}
