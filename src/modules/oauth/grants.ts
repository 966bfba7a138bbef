import { Type } from "@sinclair/typebox";
import { oauthGrants } from "../../platform/access/oauth.ts";
import { find, reach } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import { asSystem, type Ctx, type Work } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { notFound } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { checkMayActOn } from "../staff/index.ts";

/** Ends a grant: every token that hangs on it is worth nothing from now on. */
export async function revokeGrant(work: Work, grantId: string): Promise<void> {
  const now = work.app.clock.now();
  await update(asSystem(work), oauthGrants, grantId, { revoked_at: now });
  await work.db
    .updateTable("oauth_tokens")
    .set({ revoked_at: now })
    .where("grant_id", "=", grantId)
    .where("revoked_at", "is", null)
    .execute();
}

/** Ends all that an app was ever granted, whatever there is of it; the entry of the log is the app's own. */
export async function revokeGrantsOf(work: Work, clientId: string): Promise<void> {
  const now = work.app.clock.now();
  await work.db
    .updateTable("oauth_tokens")
    .set({ revoked_at: now })
    .where("grant_id", "in", (of) => of.selectFrom("oauth_grants").select("id").where("client_id", "=", clientId))
    .where("revoked_at", "is", null)
    .execute();
  await work.db
    .updateTable("oauth_grants")
    .set((of) => ({ revoked_at: now, updated_at: now, version: of("version", "+", 1) }))
    .where("client_id", "=", clientId)
    .where("revoked_at", "is", null)
    .execute();
}

/** Takes back what one has allowed an app. */
export const withdrawGrant = action({
  name: "oauth.withdraw",
  permission: null,
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id }: { id: string }) => {
    const grant = await find(work, "oauth_grants", id);
    if (grant.user_id !== work.actor.user_id || work.actor.session_id === null)
      throw notFound(t("This permission given to an app"));
    if (grant.revoked_at === null) await revokeGrant(work, id);
  },
});

export interface GrantRow {
  id: string;
  client_id: string;
  app_name: string;
  /** Whom the app acts as; the same as the service user for one that acts by itself. */
  user_id: string | null;
  user_name: string | null;
  service_user_id: string | null;
  scopes: string[];
  created_at: string;
  last_used_at: string | null;
}

/** Everything that apps may do here at present, of everybody within reach: for whoever looks after the apps, all. */
export function grantsOfAll(ctx: Ctx) {
  return reach(ctx, "oauth_grants")
    .innerJoin("oauth_clients", "oauth_clients.id", "oauth_grants.client_id")
    .leftJoin("users", "users.id", "oauth_grants.user_id")
    .select([
      "oauth_grants.id",
      "oauth_grants.client_id",
      "oauth_clients.name as app_name",
      "oauth_grants.user_id",
      "users.name as user_name",
      "oauth_clients.service_user_id",
      "oauth_grants.scopes",
      "oauth_grants.created_at",
      "oauth_grants.last_used_at",
    ])
    .where("oauth_grants.revoked_at", "is", null);
}

export async function grantNamed(ctx: Ctx, id: string): Promise<GrantRow> {
  const row = await grantsOfAll(ctx).where("oauth_grants.id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound(t("This permission given to an app"));
  return row;
}

/** Takes away what anybody has allowed an app: for whoever looks after the apps and may do no less than that person. */
export const revokeAnyGrant = action({
  name: "oauth.revoke_grant",
  permission: "oauth.manage",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, { id }: { id: string }) => {
    const grant = await grantNamed(work, id);
    if (grant.user_id !== null && grant.user_id !== grant.service_user_id) await checkMayActOn(work, grant.user_id);
    await revokeGrant(work, id);
  },
});
