import { col, defaulted, readOnly, record, secret, table, texts } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";

/** What proves a person beside the password, and the steps between a password and a session (PRD 3.1.1). */

/** The secret that a person's authenticator app holds too (RFC 6238). Unconfirmed: shown, but no code has come yet. */
export const totpFactors = table(
  "totp_factors",
  {
    ...record,
    user_id: readOnly(col.ref("users")),
    secret_sealed: secret(col.text({ sealedFor: "totp-secrets" })),
    confirmed_at: readOnly(col.maybe.instant()),
    /** The time step of the code used last: it and earlier ones are refused. */
    last_used_step: readOnly(col.maybe.integer()),
    last_used_at: readOnly(col.maybe.instant()),
  },
  { noun: "authenticator app", readPermission: "staff" },
);

/** Codes that each work once when the authenticator is lost. */
export const recoveryCodes = table(
  "recovery_codes",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    user_id: col.ref("users"),
    code_hash: secret(col.text({ isSigned: true })),
    created_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "nobody" },
);

/** Keys in a person's devices that sign in without a password (WebAuthn). */
export const passkeys = table(
  "passkeys",
  {
    ...record,
    user_id: readOnly(col.ref("users")),
    name: col.text({ maxLength: 80 }),
    credential_id: readOnly(col.text({ maxLength: 2000 })),
    /** COSE, base64url. */
    public_key: secret(col.text({ maxLength: 4000 })),
    sign_count: readOnly(defaulted(col.integer(), 0)),
    transports: readOnly(defaulted(col.json<string[]>({ shape: texts }), [])),
    /** Kept by a provider and so on several devices. */
    is_backed_up: readOnly(defaulted(col.boolean(), false)),
    last_used_at: readOnly(col.maybe.instant()),
  },
  { noun: "passkey", readPermission: "staff" },
);

/** What a passkey is asked to sign; each works once. */
export const passkeyChallenges = table(
  "passkey_challenges",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    /** Null when nobody has said who they are yet. */
    user_id: col.maybe.ref("users"),
    challenge: secret(col.text()),
    purpose: col.enum(["register", "sign_in", "second_factor"] as const),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "nobody" },
);

/** Somebody whose first proof was right and who is not in yet: a second factor, its set-up or a new password is missing. */
export const signInChallenges = table(
  "sign_in_challenges",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    user_id: col.ref("users"),
    token_hash: secret(col.text()),
    signed_in_with: col.enum(["password", "passkey", "link", "single_sign_on"] as const),
    session_kind: col.enum(["browser", "api"] as const),
    device_hash: secret(col.maybe.text()),
    created_at: col.instant(),
    expires_at: col.instant(),
    second_factor_at: col.maybe.instant(),
    used_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "nobody" },
);

/** What a session's access tokens are renewed with; each works once and is replaced by the next. */
export const refreshTokens = table(
  "refresh_tokens",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    session_id: col.ref("sessions"),
    token_hash: secret(col.text()),
    created_at: col.instant(),
    used_at: col.maybe.instant(),
    replaced_by_id: col.maybe.id(),
  },
  { isAudited: false, readPermission: "nobody" },
);

declare module "../database/tables.ts" {
  interface Tables {
    totp_factors: TableType<typeof totpFactors>;
    recovery_codes: TableType<typeof recoveryCodes>;
    passkeys: TableType<typeof passkeys>;
    passkey_challenges: TableType<typeof passkeyChallenges>;
    sign_in_challenges: TableType<typeof signInChallenges>;
    refresh_tokens: TableType<typeof refreshTokens>;
  }
}
