import { col, defaulted, readOnly, secret, table, texts } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** What stands outside of every organization: who runs the installation, and what it knows of its organizations. */
const platform = { isPlatform: true, isAudited: false } as const;

/** People who run the installation. They are nobody's staff, and no organization sees them. */
export const operators = table(
  "operators",
  {
    id: readOnly(col.id()),
    version: defaulted(readOnly(col.integer()), 1),
    name: col.text({ maxLength: 120 }),
    /** Lower case. */
    email: col.text({ format: "email", label: "E-mail", maxLength: 254 }),
    /** Null until the link is used. */
    password_hash: secret(col.maybe.text()),
    /** The secret of the authenticator app; unconfirmed while no code has come yet. */
    totp_sealed: secret(col.maybe.text({ sealedFor: "operator-totp" })),
    totp_confirmed_at: readOnly(col.maybe.instant()),
    /** The time step of the code used last: it and earlier ones are refused. */
    totp_last_step: readOnly(col.maybe.integer()),
    created_at: readOnly(col.instant()),
    updated_at: readOnly(col.instant()),
    last_signed_in_at: readOnly(col.maybe.instant({ label: "Last signed in" })),
    deactivated_at: readOnly(col.maybe.instant()),
  },
  { ...platform, noun: "operator" },
);

export const operatorSessions = table(
  "operator_sessions",
  {
    id: col.id(),
    operator_id: col.id(),
    token_hash: secret(col.text()),
    ip_address: col.text(),
    user_agent: col.text({ maxLength: 1000 }),
    created_at: col.instant(),
    last_seen_at: col.instant(),
    expires_at: col.instant(),
    revoked_at: col.maybe.instant(),
  },
  platform,
);

export const operatorApiKeys = table(
  "operator_api_keys",
  {
    id: col.id(),
    operator_id: col.id(),
    name: col.text({ maxLength: 80 }),
    token_hash: secret(col.text()),
    hint: col.text(),
    created_at: col.instant(),
    last_used_at: col.maybe.instant(),
    expires_at: col.maybe.instant(),
    revoked_at: col.maybe.instant(),
  },
  { ...platform, noun: "API key" },
);

/** Links by which an operator chooses a password: once, and for a while. */
export const operatorLinks = table(
  "operator_links",
  {
    id: col.id(),
    operator_id: col.id(),
    token_hash: secret(col.text()),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  platform,
);

/** Codes that each work once when an operator's authenticator app is lost. */
export const operatorRecoveryCodes = table(
  "operator_recovery_codes",
  {
    id: col.id(),
    operator_id: col.id(),
    code_hash: secret(col.text({ isSigned: true })),
    created_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  platform,
);

/** An operator whose password was right and who is not in yet: a code is missing, or the app is to be set up. */
export const operatorChallenges = table(
  "operator_challenges",
  {
    id: col.id(),
    operator_id: col.id(),
    token_hash: secret(col.text()),
    is_setup: col.boolean(),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  platform,
);

/**
 * An operator's passkeys, and what they are asked to sign. `user_id` is the operator's: the columns are those of the
 * organizations' own tables, so that one code (`platform/access/webauthn.ts`) reads both.
 */
export const operatorPasskeys = table(
  "operator_passkeys",
  {
    id: col.id(),
    user_id: col.id(),
    name: col.text({ maxLength: 80 }),
    credential_id: col.text({ maxLength: 2000 }),
    /** COSE, base64url. */
    public_key: secret(col.text({ maxLength: 4000 })),
    sign_count: col.integer(),
    transports: col.json<string[]>({ shape: texts }),
    is_backed_up: col.boolean(),
    created_at: col.instant(),
    last_used_at: col.maybe.instant(),
  },
  { ...platform, noun: "passkey" },
);

export const operatorPasskeyChallenges = table(
  "operator_passkey_challenges",
  {
    id: col.id(),
    user_id: col.maybe.id(),
    challenge: secret(col.text()),
    purpose: col.enum(["register", "sign_in", "second_factor"] as const),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  platform,
);

/** What operators have done. Rows are only ever added, and stay when the organization they are about is gone. */
export const operatorLog = table(
  "operator_log",
  {
    id: col.id(),
    operator_id: col.maybe.id(),
    operator_name: col.text(),
    /** `tenants.suspend`, `operators.sign_in` … */
    doing: col.text(),
    about_tenant_id: col.maybe.id(),
    about_name: col.text(),
    details: col.json<Record<string, unknown>>(),
    ip_address: col.text(),
    user_agent: col.text({ maxLength: 1000 }),
    timestamp: col.instant(),
  },
  { ...platform, noun: "log entry" },
);

/** Domains that an organization says are its own, until it has proved it: several may claim one, the proof decides. */
export const domainClaims = table(
  "domain_claims",
  {
    for_tenant_id: col.ref("tenants"),
    domain: col.text(),
    /** What has to stand in the TXT record. It is shown, so it is no secret. */
    proof: col.text(),
    created_at: col.instant(),
    last_tried_at: col.maybe.instant(),
    last_problem: col.text({ maxLength: 500 }),
  },
  platform,
);

/** What an organization has used on a day (UTC). */
export const tenantUsage = table(
  "tenant_usage",
  {
    for_tenant_id: col.ref("tenants"),
    used_on: col.date(),
    staff_count: defaulted(col.integer(), 0),
    portal_user_count: defaulted(col.integer(), 0),
    ticket_count: defaulted(col.integer(), 0),
    storage_kb: defaulted(col.integer(), 0),
    request_count: defaulted(col.integer(), 0),
    mail_count: defaulted(col.integer(), 0),
    measured_at: col.maybe.instant(),
  },
  platform,
);

export const taskKinds = ["export", "delete", "rotate_key"] as const;
const taskStates = ["waiting", "running", "done", "failed"] as const;

/** Long work on a whole organization, done in the background by whichever node takes it. */
export const tenantTasks = table(
  "tenant_tasks",
  {
    id: readOnly(col.id()),
    about_tenant_id: col.id(),
    about_name: col.text(),
    task_kind: col.enum(taskKinds),
    task_state: col.enum(taskStates),
    done_count: defaulted(col.integer(), 0),
    total_count: defaulted(col.integer(), 0),
    last_error: defaulted(col.text({ maxLength: 2000 }), ""),
    /** Size of what it has made, for an export. */
    result_kb: defaulted(col.integer(), 0),
    requested_by: col.text(),
    created_at: col.instant(),
    started_at: col.maybe.instant(),
    finished_at: col.maybe.instant(),
    /** Held by a node until then; for one that waits: not before then. */
    lease_until: col.maybe.instant(),
    /** Of the node that has taken it last. */
    claim_token: secret(col.maybe.text()),
    /** When the result is thrown away. */
    expires_at: col.maybe.instant(),
  },
  { ...platform, noun: "task" },
);

declare module "../../platform/database/tables.ts" {
  interface Tables {
    operators: TableType<typeof operators>;
    operator_sessions: TableType<typeof operatorSessions>;
    operator_api_keys: TableType<typeof operatorApiKeys>;
    operator_links: TableType<typeof operatorLinks>;
    operator_recovery_codes: TableType<typeof operatorRecoveryCodes>;
    operator_challenges: TableType<typeof operatorChallenges>;
    operator_passkeys: TableType<typeof operatorPasskeys>;
    operator_passkey_challenges: TableType<typeof operatorPasskeyChallenges>;
    operator_log: TableType<typeof operatorLog>;
    domain_claims: TableType<typeof domainClaims>;
    tenant_usage: TableType<typeof tenantUsage>;
    tenant_tasks: TableType<typeof tenantTasks>;
  }
}
