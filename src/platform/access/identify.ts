import { plus } from "../clock.ts";
import type { App, Tenant } from "../context.ts";
import { runOnceBuilt } from "../database/once.ts";
import type { Db } from "../database/tables.ts";
import type { Failure } from "../errors.ts";
import { isInNetworks } from "../networks.ts";
import { withinModules } from "../switches.ts";
import { type Actor, narrowedOf, nobody } from "./actor.ts";
import { verifyAccessToken } from "./jwt.ts";
import { refusedProofs, unknownProof } from "./refused-proofs.ts";
import { factorsOf, isMfaRequired } from "./second-factors.ts";
import { readToken } from "./tokens.ts";

/** What a request brings to prove who it is. */
export interface Credentials {
  staffCookie: string | null;
  portalCookie: string | null;
  /** The `Authorization` or `X-API-Key` header's secret. */
  bearer: string | null;
  /** Where the request comes from: keys may be bound to networks. */
  ip: string;
}

/** How often a session or key is marked as used, at most. */
const touchMilliseconds = 5 * 60_000;

export interface Identity {
  actor: Actor;
  /** True when the proof was a cookie, which a foreign page could make a browser send: changes then need a CSRF token. */
  isByCookie: boolean;
  /** The session or key should be marked as used: it was not for a while. */
  isTouchDue: boolean;
  /** Why the key or token that was brought opens nothing: told where somebody has to be signed in. */
  refusal: Failure | null;
  /** The key that was refused for the address that it came from. */
  stray_key_id: string | null;
}

const anonymous: Identity = {
  actor: nobody,
  isByCookie: false,
  isTouchDue: false,
  refusal: null,
  stray_key_id: null,
};

/** Nobody, who brought something that opens nothing; `name` is what of, for the log of the API's requests. */
const refused = (refusal: Failure, name = ""): Identity => ({ ...anonymous, actor: { ...nobody, name }, refusal });

/** Finds out who is acting, for one door. An invalid or expired proof is nobody. */
export async function identify(...given: Parameters<typeof prove>): Promise<Identity> {
  const identity = await prove(...given);
  const [app, tenant] = given;
  return { ...identity, actor: withinModules(app, tenant, identity.actor) };
}

async function prove(
  app: App,
  tenant: Tenant,
  db: Db,
  credentials: Credentials,
  door: "staff" | "portal" | "any",
): Promise<Identity> {
  if (credentials.bearer !== null) return byBearer(app, tenant, db, credentials.bearer, credentials.ip);
  const cookies = [
    ...(door === "portal" ? [] : [credentials.staffCookie]),
    ...(door === "staff" ? [] : [credentials.portalCookie]),
  ];
  for (const cookie of cookies) {
    const token = cookie === null ? null : readToken(cookie);
    if (token === null || token.kind !== "session" || token.tenantId !== tenant.id) continue;
    const found = await bySession(app, db, { token_hash: token.hash });
    if (found !== null) return { ...found, isByCookie: true };
  }
  return anonymous;
}

async function byBearer(app: App, tenant: Tenant, db: Db, bearer: string, ip: string): Promise<Identity> {
  const now = app.clock.now();
  const token = readToken(bearer);
  if (token !== null) {
    if (token.tenantId !== tenant.id) return refused(unknownProof());
    if (token.kind === "oauth_access") return byApp(db, token.hash, now);
    return token.kind === "api" ? byKey(db, token.hash, now, ip) : refused(unknownProof());
  }
  const claims = await verifyAccessToken(app.keyring.derive("access-token", tenant.id), bearer, now);
  if (claims === "expired") return refused(refusedProofs.token_expired());
  if (claims === null || claims.tenant_id !== tenant.id) return refused(unknownProof());
  return (await bySession(app, db, { id: claims.session_id })) ?? refused(refusedProofs.session_ended());
}

async function byKey(db: Db, hash: string, now: string, ip: string): Promise<Identity> {
  const key = await db
    .selectFrom("api_keys")
    .select([
      "id",
      "user_id",
      "name",
      "scopes",
      "expires_at",
      "revoked_at",
      "last_used_at",
      "allowed_networks",
      "known_ips",
    ])
    .where("token_hash", "=", hash)
    .executeTakeFirst();
  if (key === undefined) return refused(unknownProof());
  const name = `API key ${key.name} (refused)`;
  if (key.revoked_at !== null) return refused(refusedProofs.key_revoked(), name);
  if (key.expires_at !== null && key.expires_at <= now) return refused(refusedProofs.key_expired(key.expires_at), name);
  const actor = await actorOf(db, key.user_id, null, key.id);
  if (actor === null) return refused(refusedProofs.key_owner_gone(), name);
  if (key.allowed_networks.length > 0 && !isInNetworks(ip, key.allowed_networks))
    return { ...refused(refusedProofs.key_elsewhere(ip), name), stray_key_id: key.id };
  const isTouchDue =
    key.last_used_at === null || key.last_used_at < plus(now, -touchMilliseconds) || !key.known_ips.includes(ip);
  return {
    ...anonymous,
    isTouchDue,
    actor: namedByKey(actor, key),
  };
}

/** An app of others: as the person who allowed it, or as its own account, within what was allowed and is still offered. */
async function byApp(db: Db, hash: string, now: string): Promise<Identity> {
  const row = await db
    .selectFrom("oauth_tokens")
    .innerJoin("oauth_grants", "oauth_grants.id", "oauth_tokens.grant_id")
    .innerJoin("oauth_clients", "oauth_clients.id", "oauth_grants.client_id")
    .select([
      "oauth_tokens.scopes",
      "oauth_tokens.expires_at",
      "oauth_tokens.revoked_at",
      "oauth_grants.revoked_at as grant_revoked_at",
      "oauth_clients.revoked_at as client_revoked_at",
      "oauth_grants.id",
      "oauth_grants.user_id",
      "oauth_grants.last_used_at",
      "oauth_clients.name",
      "oauth_clients.is_service",
      "oauth_clients.scopes as client_scopes",
      "oauth_clients.service_user_id",
    ])
    .where("oauth_tokens.token_hash", "=", hash)
    .executeTakeFirst();
  if (row === undefined) return refused(unknownProof());
  const isWithdrawn = [row.revoked_at, row.grant_revoked_at, row.client_revoked_at].some((at) => at !== null);
  if (isWithdrawn || row.user_id === null) return refused(refusedProofs.access_withdrawn());
  if (row.expires_at <= now) return refused(refusedProofs.token_expired());
  const isTouchDue = row.last_used_at === null || row.last_used_at < plus(now, -touchMilliseconds);
  const actor = await actorOfApp(db, { ...row, user_id: row.user_id });
  return actor === null ? refused(refusedProofs.access_withdrawn()) : { ...anonymous, isTouchDue, actor };
}

interface AppAccess {
  id: string;
  user_id: string;
  name: string;
  scopes: string[];
  client_scopes: string[];
  is_service: boolean;
  service_user_id: string | null;
}

/** Whom an app acts as by what it was allowed, and with what; null when it may not any more. */
async function actorOfApp(db: Db, row: AppAccess): Promise<Actor | null> {
  const allowed = row.scopes.filter((scope) => row.client_scopes.includes(scope));
  const by = { oauth_grant_id: row.id, is_limited: true };
  if (row.user_id === row.service_user_id) {
    const own = { kind: "staff", user_id: row.user_id, name: row.name, permissions: new Set(allowed) } as const;
    return row.is_service ? { ...nobody, ...own, ...by } : null;
  }
  const actor = await actorOf(db, row.user_id, null, null);
  if (actor === null) return null;
  const permissions = new Set(allowed.filter((scope) => actor.permissions.has(scope)));
  return { ...actor, permissions, name: `${actor.name} (app ${row.name})`, ...by };
}

/** The same by the grant alone, for what an app has begun; null when it was taken back. */
export async function actorOfGrant(db: Db, grantId: string): Promise<Actor | null> {
  const row = await db
    .selectFrom("oauth_grants")
    .innerJoin("oauth_clients", "oauth_clients.id", "oauth_grants.client_id")
    .select([
      "oauth_grants.id",
      "oauth_grants.user_id",
      "oauth_grants.scopes",
      "oauth_clients.name",
      "oauth_clients.is_service",
      "oauth_clients.scopes as client_scopes",
      "oauth_clients.service_user_id",
    ])
    .where("oauth_grants.id", "=", grantId)
    .where("oauth_grants.revoked_at", "is", null)
    .where("oauth_clients.revoked_at", "is", null)
    .executeTakeFirst();
  return row === undefined || row.user_id === null ? null : actorOfApp(db, { ...row, user_id: row.user_id });
}

/** Whom a key acts as, by its id: for what it has begun; null when it opens nothing any more. */
export async function actorOfKey(db: Db, keyId: string, now: string): Promise<Actor | null> {
  const key = await db
    .selectFrom("api_keys")
    .select(["id", "user_id", "name", "scopes", "expires_at"])
    .where("id", "=", keyId)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  if (key === undefined || (key.expires_at !== null && key.expires_at <= now)) return null;
  const actor = await actorOf(db, key.user_id, null, key.id);
  return actor === null ? null : namedByKey(actor, key);
}

/** The actor of a key, as far as the key lets them. */
function namedByKey(actor: Actor, key: { name: string; scopes: readonly string[] }): Actor {
  return { ...withinKey(actor, key.scopes), name: `${actor.name} (API key ${key.name})` };
}

/** An actor as far as an API key lets them: a key without scopes may do what its owner may. */
export function withinKey(actor: Actor, scopes: readonly string[]): Actor {
  if (scopes.length === 0) return actor;
  const permissions = new Set([...actor.permissions].filter((name) => scopes.includes(name)));
  return { ...actor, permissions, is_limited: true };
}

async function bySession(app: App, db: Db, by: { token_hash: string } | { id: string }): Promise<Identity | null> {
  const [column, value] = "id" in by ? (["id", by.id] as const) : (["token_hash", by.token_hash] as const);
  const [row] = await runOnceBuilt({ db }, `session by ${column}`, { value }, (given) =>
    db
      .selectFrom("sessions")
      .select(["id", "user_id", "last_seen_at", "expires_at", "revoked_at"])
      .where(column, "=", given.value),
  );
  const now = app.clock.now();
  if (row === undefined || row.revoked_at !== null || row.expires_at <= now) return null;
  const actor = await actorOf(db, row.user_id, row.id, null);
  if (actor === null) return null;
  return { ...anonymous, actor, isTouchDue: row.last_seen_at < plus(now, -touchMilliseconds) };
}

/** The actor that a user is, or null when the user is deactivated. */
export async function actorOf(
  db: Db,
  userId: string,
  sessionId: string | null,
  apiKeyId: string | null,
): Promise<Actor | null> {
  const [user] = await runOnceBuilt({ db }, "actor", { userId }, (given) =>
    db
      .selectFrom("users")
      .leftJoin("contacts", "contacts.id", "users.contact_id")
      .leftJoin("companies", "companies.id", "contacts.company_id")
      .select([
        "users.id",
        "users.user_type",
        "users.name",
        "users.email",
        "users.contact_id",
        "users.deactivated_at",
        "users.language",
        "users.timezone",
        "contacts.timezone as contact_timezone",
        "users.theme",
        "users.density",
        "users.is_shortcuts_on",
        "contacts.language as contact_language",
        "companies.language as company_language",
        "contacts.company_id",
        "contacts.is_portal_user",
        "contacts.archived_at",
        "companies.archived_at as company_archived_at",
      ])
      .where("users.id", "=", given.userId),
  );
  if (user === undefined || user.deactivated_at !== null) return null;
  const isPortal = user.user_type === "portal";
  const isIn = user.company_id !== null && user.is_portal_user === true;
  // Who has left the lists, or whose company has, comes in again when it is restored.
  if (isPortal && !(isIn && user.archived_at === null && user.company_archived_at === null)) return null;
  const granted = await runOnceBuilt({ db }, "granted", { userId }, (given) =>
    db
      .selectFrom("user_roles")
      .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
      .select(["role_permissions.permission", "role_permissions.scope"])
      .where("user_roles.user_id", "=", given.userId),
  );
  // A role that requires a second step, of somebody who has none: it holds for sessions that are open already.
  const isStepMissing =
    sessionId !== null && (await isMfaRequired({ db }, userId)) && (await factorsOf({ db }, userId)).length === 0;
  return {
    kind: isPortal ? "portal" : "staff",
    user_id: user.id,
    name: user.name,
    email: user.email,
    contact_id: user.contact_id,
    company_id: isPortal ? user.company_id : null,
    language: user.language ?? user.contact_language ?? user.company_language,
    timezone: user.timezone ?? user.contact_timezone,
    likes: { theme: user.theme, density: user.density, is_shortcuts_on: user.is_shortcuts_on },
    ...rightsOf(granted),
    session_id: sessionId,
    api_key_id: apiKeyId,
    ...(isStepMissing ? { is_second_step_missing: true } : {}),
  };
}

type Granted = Parameters<typeof narrowedOf>[0];
type Rights = Pick<Actor, "permissions" | "narrowed">;

/** What somebody's roles grant is kept configuration, the same rows for many requests; so is what follows from it. */
const rights = new WeakMap<Granted, Rights>();

function rightsOf(granted: Granted): Rights {
  return rights.getOrInsertComputed(granted, () => ({
    permissions: new Set(granted.map(({ permission }) => permission)),
    narrowed: narrowedOf(granted),
  }));
}
