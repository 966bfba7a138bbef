import { plus } from "../clock.ts";
import type { App, Tenant } from "../context.ts";
import type { Db } from "../database/tables.ts";
import { withinModules } from "../switches.ts";
import { type Actor, narrowedOf, nobody } from "./actor.ts";
import { verifyAccessToken } from "./jwt.ts";
import { readToken } from "./tokens.ts";

/** What a request brings to prove who it is. */
export interface Credentials {
  staffCookie: string | null;
  portalCookie: string | null;
  /** The `Authorization` or `X-API-Key` header's secret. */
  bearer: string | null;
}

/** How often a session or key is marked as used, at most. */
const touchMilliseconds = 5 * 60_000;

export interface Identity {
  actor: Actor;
  /** True when the proof was a cookie, which a foreign page could make a browser send: changes then need a CSRF token. */
  isByCookie: boolean;
  /** The session or key should be marked as used: it was not for a while. */
  isTouchDue: boolean;
}

const anonymous: Identity = { actor: nobody, isByCookie: false, isTouchDue: false };

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
  if (credentials.bearer !== null) return byBearer(app, tenant, db, credentials.bearer);
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

async function byBearer(app: App, tenant: Tenant, db: Db, bearer: string): Promise<Identity> {
  const now = app.clock.now();
  const token = readToken(bearer);
  if (token !== null) {
    if (token.kind !== "api" || token.tenantId !== tenant.id) return anonymous;
    const key = await db
      .selectFrom("api_keys")
      .select(["id", "user_id", "name", "scopes", "expires_at", "last_used_at"])
      .where("token_hash", "=", token.hash)
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    if (key === undefined || (key.expires_at !== null && key.expires_at <= now)) return anonymous;
    const actor = await actorOf(db, key.user_id, null, key.id);
    if (actor === null) return anonymous;
    const scopes = new Set(key.scopes);
    const permissions =
      scopes.size === 0 ? actor.permissions : new Set([...actor.permissions].filter((name) => scopes.has(name)));
    const isTouchDue = key.last_used_at === null || key.last_used_at < plus(now, -touchMilliseconds);
    return { ...anonymous, isTouchDue, actor: { ...actor, permissions, name: `${actor.name} (API key ${key.name})` } };
  }
  const claims = await verifyAccessToken(app.keyring.derive("access-token", tenant.id), bearer, now);
  if (claims === null || claims.tenant_id !== tenant.id) return anonymous;
  return (await bySession(app, db, { id: claims.session_id })) ?? anonymous;
}

async function bySession(app: App, db: Db, by: { token_hash: string } | { id: string }): Promise<Identity | null> {
  const query = db.selectFrom("sessions").select(["id", "user_id", "last_seen_at", "expires_at", "revoked_at"]);
  const row = await (
    "id" in by ? query.where("id", "=", by.id) : query.where("token_hash", "=", by.token_hash)
  ).executeTakeFirst();
  const now = app.clock.now();
  if (row === undefined || row.revoked_at !== null || row.expires_at <= now) return null;
  const actor = await actorOf(db, row.user_id, row.id, null);
  if (actor === null) return null;
  return { actor, isByCookie: false, isTouchDue: row.last_seen_at < plus(now, -touchMilliseconds) };
}

/** The actor that a user is, or null when the user is deactivated. */
export async function actorOf(
  db: Db,
  userId: string,
  sessionId: string | null,
  apiKeyId: string | null,
): Promise<Actor | null> {
  const user = await db
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
      "users.theme",
      "users.density",
      "users.is_shortcuts_on",
      "contacts.language as contact_language",
      "companies.language as company_language",
      "contacts.company_id",
      "contacts.is_portal_user",
      "contacts.archived_at",
    ])
    .where("users.id", "=", userId)
    .executeTakeFirst();
  if (user === undefined || user.deactivated_at !== null) return null;
  const isPortal = user.user_type === "portal";
  if (isPortal && (user.company_id === null || user.is_portal_user !== true || user.archived_at !== null)) return null;
  const granted = await db
    .selectFrom("user_roles")
    .innerJoin("role_permissions", "role_permissions.role_id", "user_roles.role_id")
    .select(["role_permissions.permission", "role_permissions.scope"])
    .where("user_roles.user_id", "=", userId)
    .execute();
  return {
    kind: isPortal ? "portal" : "staff",
    user_id: user.id,
    name: user.name,
    email: user.email,
    contact_id: user.contact_id,
    company_id: isPortal ? user.company_id : null,
    language: user.language ?? user.contact_language ?? user.company_language,
    likes: { theme: user.theme, density: user.density, is_shortcuts_on: user.is_shortcuts_on },
    permissions: new Set(granted.map((row) => row.permission)),
    narrowed: narrowedOf(granted),
    session_id: sessionId,
    api_key_id: apiKeyId,
  };
}
