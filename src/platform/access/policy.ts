import { col, defaulted, readOnly, record, secret, table } from "../database/columns.ts";
import type { Db, TableType } from "../database/tables.ts";

/** What an organization asks of passwords and sessions (PRD 3.1.1). One row a tenant, once somebody has changed it. */
export const signInSettings = table(
  "sign_in_settings",
  {
    ...record,
    min_password_length: defaulted(col.integer({ label: "Shortest password, in characters" }), 12),
    /** Of capital letters, small letters, digits and other characters; 1: any will do. */
    min_character_kinds: defaulted(col.integer({ label: "Kinds of characters in a password" }), 1),
    /** How many of a person's latest passwords, the present one among them, may not be chosen again. */
    password_history_count: defaulted(col.integer({ label: "Latest passwords that may not be used again" }), 5),
    /** 0: never. */
    password_expiry_days: defaulted(col.integer({ label: "Passwords expire after, in days" }), 0),
    is_breached_check_on: defaulted(col.boolean({ label: "Refuse passwords known from break-ins" }), true),
    session_idle_minutes: defaulted(col.integer({ label: "Signed out without use after, in minutes" }), 14 * 24 * 60),
    session_max_days: defaulted(col.integer({ label: "Signed out in any case after, in days" }), 90),
  },
  { noun: "sign-in settings", isConfiguration: true, readPermission: "staff.manage" },
);

/** Hashes of earlier passwords, so that they are not chosen again. */
export const passwordHistory = table(
  "password_history",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    user_id: col.ref("users"),
    password_hash: secret(col.text()),
    created_at: col.instant(),
  },
  { isAudited: false, readPermission: "staff.manage" },
);

declare module "../database/tables.ts" {
  interface Tables {
    sign_in_settings: TableType<typeof signInSettings>;
    password_history: TableType<typeof passwordHistory>;
  }
}

/** What may be set: least and most of each number. */
export const policyLimits = {
  min_password_length: [8, 128],
  min_character_kinds: [1, 4],
  password_history_count: [0, 24],
  password_expiry_days: [0, 3650],
  session_idle_minutes: [5, 525_600],
  session_max_days: [1, 365],
} as const satisfies Record<string, readonly [number, number]>;

export interface SignInPolicy {
  min_password_length: number;
  min_character_kinds: number;
  password_history_count: number;
  password_expiry_days: number;
  is_breached_check_on: boolean;
  session_idle_minutes: number;
  session_max_days: number;
}

const standardPolicy: SignInPolicy = {
  min_password_length: 12,
  min_character_kinds: 1,
  password_history_count: 5,
  password_expiry_days: 0,
  is_breached_check_on: true,
  session_idle_minutes: 14 * 24 * 60,
  session_max_days: 90,
};

/** The organization's policy; the standard one until somebody has changed it. */
export async function signInPolicy(db: Db): Promise<SignInPolicy> {
  const row = await db
    .selectFrom("sign_in_settings")
    .select([
      "min_password_length",
      "min_character_kinds",
      "password_history_count",
      "password_expiry_days",
      "is_breached_check_on",
      "session_idle_minutes",
      "session_max_days",
    ])
    .executeTakeFirst();
  return row ?? standardPolicy;
}
