import type {
  AuthorizationCode,
  AuthorizationCodeModel,
  Client,
  ClientCredentialsModel,
  RefreshToken,
  RefreshTokenModel,
  Token,
  User,
} from "@node-oauth/oauth2-server";
import { revokeGrant } from "./grants.ts";
import { isSameHash, mintToken, readToken } from "../../platform/access/tokens.ts";
import { plus } from "../../platform/clock.ts";
import { type Ctx, inUnit, reading, type Work } from "../../platform/context.ts";
import { hashToken } from "../../platform/crypto/tokens.ts";
import { emit } from "../../platform/events/outbox.ts";
import { isId, newId } from "../../platform/ids.ts";
import { tokenReused } from "./events.ts";

/**
 * What the library asks of us: clients, codes and tokens, of which only hashes are kept. Times are the program's own clock;
 * each step that uses something up is a transaction of its own, so that a code is spent also when what follows fails.
 */

export const accessSeconds = 900;
export const refreshDays = 30;
/** The library compares with the machine's clock; what is too old is left out here before it sees it. */
const later = new Date("9999-01-01T00:00:00Z");

interface ClientRow {
  id: string;
  name: string;
  is_confidential: boolean;
  is_service: boolean;
  redirect_uris: string[];
  scopes: string[];
  secret_hash: string | null;
  service_user_id: string | null;
}

/** A client that is in use. */
export async function clientRow(ctx: Ctx, id: string): Promise<ClientRow | undefined> {
  if (!isId(id)) return undefined;
  return reading(ctx, ({ db }) =>
    db
      .selectFrom("oauth_clients")
      .select([
        "id",
        "name",
        "is_confidential",
        "is_service",
        "redirect_uris",
        "scopes",
        "secret_hash",
        "service_user_id",
      ])
      .where("id", "=", id)
      .where("revoked_at", "is", null)
      .executeTakeFirst(),
  );
}

export function clientOf(row: ClientRow): Client {
  return {
    id: row.id,
    redirectUris: row.redirect_uris,
    grants: [
      ...(row.redirect_uris.length > 0 ? ["authorization_code", "refresh_token"] : []),
      ...(row.is_service && row.is_confidential ? ["client_credentials"] : []),
    ],
    scopes: row.scopes,
    serviceUserId: row.service_user_id,
  };
}

/** The client that a request proves to be: by its secret, or for a public one by its name alone. */
export async function provenClient(ctx: Ctx, id: string, secret: string | null): Promise<ClientRow | null> {
  const row = await clientRow(ctx, id);
  const given = hashToken(secret ?? "");
  // Compared for unknown clients too, so that both take the same time.
  const isRight = isSameHash(given, row?.secret_hash ?? hashToken("nobody's"));
  if (row === undefined) return null;
  if (!row.is_confidential) return secret === null || secret === "" ? row : null;
  return secret !== null && isRight ? row : null;
}

type Model = AuthorizationCodeModel & RefreshTokenModel & ClientCredentialsModel;

/**
 * The library's model for one request, with the scopes that it asks for. `grantId` carries from what was used up to the tokens
 * that are given for it.
 */
export function modelFor(ctx: Ctx, askedScopes: readonly string[]): Model {
  let grantId: string | null = null;

  const personOf = (userId: string | null): User => ({ id: userId ?? "" });

  return {
    getClient: async (id, secret) => {
      const row = await provenClient(ctx, id, secret ?? null);
      return row === null ? false : clientOf(row);
    },

    generateAccessToken: async () => mintToken("oauth_access", ctx.tenant.id).token,
    generateRefreshToken: async () => mintToken("oauth_refresh", ctx.tenant.id).token,

    getAuthorizationCode: async (text) => {
      const token = readToken(text);
      if (token === null || token.kind !== "oauth_code" || token.tenantId !== ctx.tenant.id) return false;
      const row = await reading(ctx, ({ db }) =>
        db
          .selectFrom("oauth_codes")
          .innerJoin("oauth_grants", "oauth_grants.id", "oauth_codes.grant_id")
          .select([
            "oauth_codes.id",
            "oauth_codes.grant_id",
            "oauth_codes.redirect_uri",
            "oauth_codes.code_challenge",
            "oauth_codes.expires_at",
            "oauth_codes.used_at",
            "oauth_grants.client_id",
            "oauth_grants.user_id",
            "oauth_grants.scopes",
            "oauth_grants.revoked_at",
          ])
          .where("oauth_codes.code_hash", "=", token.hash)
          .executeTakeFirst(),
      );
      if (row === undefined || row.revoked_at !== null) return false;
      if (row.used_at !== null) {
        // Two hold this code: what was given for it ends (RFC 6749, 4.1.2).
        await stolen(ctx, row.grant_id, row.client_id, row.user_id);
        return false;
      }
      const client = await clientRow(ctx, row.client_id);
      if (client === undefined || row.expires_at <= ctx.app.clock.now()) return false;
      grantId = row.grant_id;
      const code: AuthorizationCode = {
        authorizationCode: text,
        expiresAt: later,
        redirectUri: row.redirect_uri,
        scope: row.scopes,
        client: clientOf(client),
        user: personOf(row.user_id),
        codeChallenge: row.code_challenge,
        codeChallengeMethod: "S256",
        codeId: row.id,
      };
      return code;
    },

    revokeAuthorizationCode: (code) =>
      inUnit(ctx, async ({ db }) => {
        const used = await db
          .updateTable("oauth_codes")
          .set({ used_at: ctx.app.clock.now() })
          .where("id", "=", String(code["codeId"]))
          .where("used_at", "is", null)
          .executeTakeFirst();
        return used.numUpdatedRows === 1n;
      }),

    saveAuthorizationCode: async () => {
      throw new Error("codes are made by the consent page");
    },

    getUserFromClient: async (client) => {
      const userId = client["serviceUserId"];
      return typeof userId === "string" ? personOf(userId) : false;
    },

    validateScope: async (_user, client, scope) => {
      const allowed = client["scopes"] as string[];
      if (scope === undefined || scope.length === 0) return allowed;
      return scope.every((one) => allowed.includes(one)) ? scope : false;
    },

    saveToken: (token, client, user) =>
      inUnit(ctx, async (work) => {
        const now = work.app.clock.now();
        const hasRefresh = grantId !== null && token.refreshToken !== undefined;
        const grant = grantId ?? (await serviceGrant(work, client, String(user["id"])));
        await work.db
          .insertInto("oauth_tokens")
          .values({
            id: newId(),
            grant_id: grant,
            scopes: token.scope ?? [],
            token_hash: hashToken(token.accessToken),
            expires_at: plus(now, accessSeconds * 1000),
            refresh_hash: hasRefresh ? hashToken(token.refreshToken ?? "") : null,
            refresh_expires_at: hasRefresh ? plus(now, refreshDays * 86_400_000) : null,
            created_at: now,
            used_at: null,
            revoked_at: null,
          })
          .execute();
        await work.db.updateTable("oauth_clients").set({ last_used_at: now }).where("id", "=", client.id).execute();
        const saved: Token = {
          accessToken: token.accessToken,
          accessTokenExpiresAt: new Date(Date.now() + accessSeconds * 1000),
          scope: token.scope ?? [],
          client,
          user,
          ...(hasRefresh ? { refreshToken: token.refreshToken, refreshTokenExpiresAt: later } : {}),
        };
        return saved;
      }),

    getRefreshToken: async (text) => {
      const token = readToken(text);
      if (token === null || token.kind !== "oauth_refresh" || token.tenantId !== ctx.tenant.id) return false;
      const row = await reading(ctx, ({ db }) =>
        db
          .selectFrom("oauth_tokens")
          .innerJoin("oauth_grants", "oauth_grants.id", "oauth_tokens.grant_id")
          .innerJoin("users", "users.id", "oauth_grants.user_id")
          .select([
            "users.deactivated_at",
            "oauth_tokens.id",
            "oauth_tokens.grant_id",
            // A refresh for less makes one access token that can do less; the refresh token keeps its scope (RFC 6749, 6).
            "oauth_grants.scopes",
            "oauth_tokens.used_at",
            "oauth_tokens.refresh_expires_at",
            "oauth_tokens.revoked_at",
            "oauth_grants.client_id",
            "oauth_grants.user_id",
            "oauth_grants.revoked_at as grant_revoked_at",
          ])
          .where("oauth_tokens.refresh_hash", "=", token.hash)
          .executeTakeFirst(),
      );
      if (row === undefined || row.grant_revoked_at !== null || row.revoked_at !== null) return false;
      // Only what a person has allowed is renewed, and only while that person is here.
      if (row.deactivated_at !== null) return false;
      if (row.used_at !== null) {
        await stolen(ctx, row.grant_id, row.client_id, row.user_id);
        return false;
      }
      const client = await clientRow(ctx, row.client_id);
      const now = ctx.app.clock.now();
      if (client === undefined || row.refresh_expires_at === null || row.refresh_expires_at <= now) return false;
      // The library looks at this after it has used the token up: a mistake would end the access, and look like a theft.
      if (!askedScopes.every((scope) => row.scopes.includes(scope)))
        throw new (await import("@node-oauth/oauth2-server")).InvalidScopeError(
          "the scope goes beyond what was allowed",
        );
      grantId = row.grant_id;
      const found: RefreshToken = {
        refreshToken: text,
        refreshTokenExpiresAt: later,
        scope: row.scopes,
        client: clientOf(client),
        user: personOf(row.user_id),
        tokenId: row.id,
      };
      return found;
    },

    // Used up, together with the access token that came with it; of two uses at the same moment one counts.
    revokeToken: (token) =>
      inUnit(ctx, async ({ db }) => {
        const now = ctx.app.clock.now();
        const used = await db
          .updateTable("oauth_tokens")
          .set({ used_at: now, expires_at: now })
          .where("id", "=", String(token["tokenId"]))
          .where("used_at", "is", null)
          .executeTakeFirst();
        return used.numUpdatedRows === 1n;
      }),

    getAccessToken: async () => false,
  };
}

/**
 * What an app that acts by itself hangs its tokens on: one grant with all of its scopes, as long as nobody ends it. It takes a
 * token every few minutes, for years.
 */
async function serviceGrant(work: Work, client: Client, userId: string): Promise<string> {
  const now = work.app.clock.now();
  const scopes = client["scopes"] as string[];
  const known = await work.db
    .selectFrom("oauth_grants")
    .select("id")
    .where("client_id", "=", client.id)
    .where("user_id", "=", userId)
    .where("revoked_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  if (known !== undefined) {
    const present = { scopes, last_used_at: now };
    await work.db.updateTable("oauth_grants").set(present).where("id", "=", known.id).execute();
    return known.id;
  }
  const id = newId();
  await work.db
    .insertInto("oauth_grants")
    .values({
      id,
      client_id: client.id,
      user_id: userId,
      scopes,
      last_used_at: now,
      revoked_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    .execute();
  return id;
}

/** A code or refresh token was shown twice: whoever holds it second may have stolen it, so the grant ends for both. */
async function stolen(ctx: Ctx, grantId: string, clientId: string, userId: string | null): Promise<void> {
  await inUnit(ctx, async (work) => {
    await revokeGrant(work, grantId);
    const client = await work.db
      .selectFrom("oauth_clients")
      .select("name")
      .where("id", "=", clientId)
      .executeTakeFirst();
    await emit(work, tokenReused, {
      client_id: clientId,
      client_name: client?.name ?? "",
      user_id: userId,
      ip_address: work.request.ip,
    });
  });
}
