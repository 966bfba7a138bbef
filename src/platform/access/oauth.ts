import { col, defaulted, readOnly, record, secret, table, texts } from "../database/columns.ts";
import type { TableType } from "../database/tables.ts";

/** Other people's programs that act here (OAuth 2.0, PRD 3.1.1). */

export const oauthClients = table(
  "oauth_clients",
  {
    ...record,
    name: col.text({ maxLength: 80 }),
    description: defaulted(col.text({ maxLength: 500 }), ""),
    /** A confidential client can keep a secret; a public one (an app on somebody's device) proves itself by PKCE alone. */
    is_confidential: readOnly(defaulted(col.boolean({ label: "Can keep a secret" }), true)),
    /** Compared letter by letter. */
    redirect_uris: defaulted(col.json<string[]>({ label: "Redirect addresses", shape: texts }), []),
    /** The most that it may ask for. */
    scopes: defaulted(col.json<string[]>({ label: "What it may do", shape: texts }), []),
    /** Whether it may act by itself, without a person, with all of its scopes. */
    is_service: defaulted(col.boolean({ label: "May act by itself" }), false),
    /** Whom it acts as by itself: a user nobody can sign in as. */
    service_user_id: readOnly(col.maybe.ref("users")),
    secret_hash: secret(col.maybe.text()),
    secret_hint: readOnly(col.maybe.text()),
    last_used_at: readOnly(col.maybe.instant()),
    revoked_at: readOnly(col.maybe.instant()),
  },
  { noun: "app", readPermission: "oauth.manage" },
);

/** What a person has allowed a client to do. All its tokens hang on it, and end with it. */
export const oauthGrants = table(
  "oauth_grants",
  {
    ...record,
    client_id: readOnly(col.ref("oauth_clients")),
    /** Null: the client itself. */
    user_id: readOnly(col.maybe.ref("users")),
    scopes: readOnly(defaulted(col.json<string[]>({ shape: texts }), [])),
    last_used_at: readOnly(col.maybe.instant()),
    revoked_at: readOnly(col.maybe.instant()),
  },
  { noun: "permission given to an app", readPermission: "staff" },
);

/** Codes that a client changes for tokens, once. */
export const oauthCodes = table(
  "oauth_codes",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    grant_id: col.ref("oauth_grants"),
    code_hash: secret(col.text()),
    redirect_uri: col.text({ maxLength: 2000 }),
    code_challenge: col.text(),
    created_at: col.instant(),
    expires_at: col.instant(),
    used_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "oauth.manage" },
);

/** An access token and the refresh token that came with it. */
export const oauthTokens = table(
  "oauth_tokens",
  {
    id: defaulted(readOnly(col.id()), ""),
    tenant_id: defaulted(readOnly(col.id()), ""),
    grant_id: col.ref("oauth_grants"),
    scopes: col.json<string[]>({ shape: texts }),
    token_hash: secret(col.text()),
    expires_at: col.instant(),
    refresh_hash: secret(col.maybe.text()),
    refresh_expires_at: col.maybe.instant(),
    created_at: col.instant(),
    /** When the refresh token was used. */
    used_at: col.maybe.instant(),
    revoked_at: col.maybe.instant(),
  },
  { isAudited: false, readPermission: "oauth.manage" },
);

declare module "../database/tables.ts" {
  interface Tables {
    oauth_clients: TableType<typeof oauthClients>;
    oauth_grants: TableType<typeof oauthGrants>;
    oauth_codes: TableType<typeof oauthCodes>;
    oauth_tokens: TableType<typeof oauthTokens>;
  }
}
