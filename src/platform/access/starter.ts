import { type App, contextOf, type Ctx, type Tenant } from "../context.ts";
import type { Db } from "../database/tables.ts";
import { forReader } from "../language/speaking.ts";
import { withinModules } from "../switches.ts";
import { type Actor, can, type Narrow, nobody, scopeOf } from "./actor.ts";
import { readGrant, writeGrant } from "./grants.ts";
import { actorOfGrant, actorOfKey, actorOf } from "./identify.ts";
import { scopes } from "./schema.ts";

/**
 * Work that goes on after the request that began it, or after a crash: bulk changes, imports. It is done as whoever began it,
 * by what they came with, and with no more than they had then and have now.
 */
export interface Starter {
  user_id: string;
  /** The key or the app's access that they came with. */
  api_key_id: string | null;
  oauth_grant_id: string | null;
  /** What they might do, as roles hold it: `tickets.read`, `tickets.read:own`. */
  grants: string[];
}

/** Who is acting, to be kept with what they begin; null where it is no person and no app. */
export function starterOf(actor: Actor): Starter | null {
  if (actor.user_id === null) return null;
  return {
    user_id: actor.user_id,
    api_key_id: actor.api_key_id,
    oauth_grant_id: actor.oauth_grant_id ?? null,
    grants: [...actor.permissions].map((permission) => writeGrant({ permission, scope: scopeOf(actor, permission) })),
  };
}

/** Does some work as whoever began it and in their language; as nobody where the person, the key or the app has gone. */
export async function asStarter<T>(
  app: App,
  tenant: Tenant,
  starter: Starter | null,
  run: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const actor = starter === null ? null : await app.database.read(tenant.id, (db) => presentActor(app, db, starter));
  if (starter === null || actor === null) return forReader(tenant, [], () => run(contextOf(app, tenant, nobody)));
  const ctx = contextOf(app, tenant, withinModules(app, tenant, asThen(actor, starter.grants)));
  return forReader(tenant, [actor.language], () => run(ctx), actor.timezone);
}

function presentActor(app: App, db: Db, { user_id, api_key_id, oauth_grant_id }: Starter): Promise<Actor | null> {
  if (api_key_id !== null) return actorOfKey(db, api_key_id, app.clock.now());
  return oauth_grant_id === null ? actorOf(db, user_id, null, null) : actorOfGrant(db, oauth_grant_id);
}

/** Somebody with no more than they had: of each permission, whichever reaches less. */
function asThen(actor: Actor, grants: readonly string[]): Actor {
  const permissions = new Set<string>();
  const narrowed = new Map<string, Narrow>();
  for (const text of grants) {
    const grant = readGrant(text);
    if (grant === null || !can(actor, grant.permission)) continue;
    permissions.add(grant.permission);
    const scope = scopes[Math.max(scopes.indexOf(grant.scope), scopes.indexOf(scopeOf(actor, grant.permission)))];
    if (scope !== undefined && scope !== "all") narrowed.set(grant.permission, scope);
  }
  return { ...actor, permissions, narrowed };
}
