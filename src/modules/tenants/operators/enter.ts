import { type Actor, nobody } from "../../../platform/access/actor.ts";
import { operatorActor, platformTenant } from "../../../platform/access/platform.ts";
import { refusedProofs, unknownProof } from "../../../platform/access/refused-proofs.ts";
import { type Token, readToken } from "../../../platform/access/tokens.ts";
import { plus } from "../../../platform/clock.ts";
import type { App } from "../../../platform/context.ts";
import { Failure } from "../../../platform/errors.ts";
import { cookieNamed, hostCookieName } from "../../../platform/http/cookies.ts";
import type { Incoming, Route } from "../../../platform/http/route.ts";
import type { Entered } from "../../../platform/http/entry.ts";
import { noId } from "../../../platform/ids.ts";
import { operatorIdleMilliseconds } from "./sessions.ts";

const touchMilliseconds = 5 * 60_000;

export function operatorCookieName(publicUrl: string): string {
  return hostCookieName("purser_operator", publicUrl);
}

/** Who is acting at the operators' host: an operator by cookie or, at the API, by key. Anything else is nobody there. */
export async function enterAsOperator(app: App, incoming: Incoming, route: Route): Promise<Entered> {
  const tenant = platformTenant(app);
  const { headers } = incoming.request;
  const authorization = headers.get("authorization");
  const bearer =
    authorization !== null && /^bearer /i.test(authorization)
      ? authorization.slice(7).trim()
      : headers.get("x-api-key");
  const isByKey = route.door === "api" && bearer !== null;
  const cookie = cookieNamed(operatorCookieName(tenant.public_url), { headers }) ?? null;
  const token = readToken((isByKey ? bearer : cookie) ?? "");
  const found = isByKey ? await byKey(app, token) : token === null ? null : await bySession(app, token);
  const [actor, refusal] = found instanceof Failure ? [null, found] : [found, null];
  return {
    tenant,
    identity: {
      actor: actor ?? nobody,
      isByCookie: actor !== null && !isByKey,
      isTouchDue: false,
      refusal,
      stray_key_id: null,
    },
  };
}

async function bySession(app: App, token: Token): Promise<Actor | null> {
  if (token.kind !== "operator_session") return null;
  const now = app.clock.now();
  const row = await app.database.read(noId, (db) =>
    db
      .selectFrom("operator_sessions")
      .innerJoin("operators", "operators.id", "operator_sessions.operator_id")
      .select(["operators.id", "operators.name", "operators.email", "operator_sessions.id as session_id"])
      .select("operator_sessions.last_seen_at")
      .where("operator_sessions.token_hash", "=", token.hash)
      .where("operator_sessions.revoked_at", "is", null)
      .where("operator_sessions.expires_at", ">", now)
      .where("operators.deactivated_at", "is", null)
      .executeTakeFirst(),
  );
  if (row === undefined) return null;
  if (row.last_seen_at < plus(now, -touchMilliseconds)) {
    await app.database.platform((db) =>
      db
        .updateTable("operator_sessions")
        .set({ last_seen_at: now, expires_at: plus(now, operatorIdleMilliseconds) })
        .where("id", "=", row.session_id)
        .execute(),
    );
  }
  const { id, name, email, session_id } = row;
  return operatorActor({ user_id: id, name, email, session_id, api_key_id: null });
}

async function byKey(app: App, token: Token | null): Promise<Actor | Failure> {
  if (token?.kind !== "operator_key") return unknownProof();
  const now = app.clock.now();
  const row = await app.database.read(noId, (db) =>
    db
      .selectFrom("operator_api_keys")
      .innerJoin("operators", "operators.id", "operator_api_keys.operator_id")
      .select(["operators.id", "operators.name", "operators.email"])
      .select([
        "operator_api_keys.id as key_id",
        "operator_api_keys.name as key_name",
        "operator_api_keys.last_used_at",
        "operator_api_keys.expires_at",
        "operator_api_keys.revoked_at",
        "operators.deactivated_at",
      ])
      .where("operator_api_keys.token_hash", "=", token.hash)
      .executeTakeFirst(),
  );
  if (row === undefined) return unknownProof();
  if (row.revoked_at !== null) return refusedProofs.key_revoked();
  if (row.expires_at !== null && row.expires_at <= now) return refusedProofs.key_expired(row.expires_at);
  if (row.deactivated_at !== null) return refusedProofs.key_owner_gone();
  if (row.last_used_at === null || row.last_used_at < plus(now, -touchMilliseconds)) {
    await app.database.platform((db) =>
      db.updateTable("operator_api_keys").set({ last_used_at: now }).where("id", "=", row.key_id).execute(),
    );
  }
  const name = `${row.name} (API key ${row.key_name})`;
  return operatorActor({ user_id: row.id, name, email: row.email, session_id: null, api_key_id: row.key_id });
}
