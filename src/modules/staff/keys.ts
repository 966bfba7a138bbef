import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { apiKeys } from "../../platform/access/schema.ts";
import { mintToken } from "../../platform/access/tokens.ts";
import { action } from "../../platform/action.ts";
import { plus } from "../../platform/clock.ts";
import { asSystem, type Work } from "../../platform/context.ts";
import type { PatchInput } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, type FieldProblem, forbidden, invalid, notFound, stale } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { tellOfChange } from "./auth/notices.ts";
import { checkMayActOn } from "./roles.ts";
import { isNetwork } from "../../platform/networks.ts";

interface KeyInput {
  name: string;
  scopes?: string[];
  expires_at?: string | null;
  expires_in_days?: number;
  allowed_networks?: string[];
}

export const keyInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 80 }),
    scopes: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 })),
    expires_at: Type.Optional(Type.Union([Type.String({ format: "instant" }), Type.Null()])),
    /** In place of an instant. */
    expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    allowed_networks: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { maxItems: 100 })),
  },
  { additionalProperties: false },
);

/** Makes an API key for the actor. The key itself is in the result and nowhere else, ever again. */
export const createApiKey = action({
  name: "api_keys.create",
  permission: "api_keys.manage",
  input: keyInput,
  run: async (work: Work, input: KeyInput) => {
    const { user_id, api_key_id, oauth_grant_id } = work.actor;
    if (user_id === null) throw conflict(t("An API key belongs to a person."), "no_person");
    // A key or an app with few scopes could otherwise make itself a key with all of its owner's.
    if (api_key_id !== null || oauth_grant_id != null)
      throw forbidden(t("API keys are made by people who have signed in themselves."), "no_session");
    const made = await makeApiKey(work, user_id, input);
    await tellOfChange(work, user_id, "key_made", () => input.name.trim());
    return made;
  },
});

/** Makes a key for a user; the command line does it for the first administrator. */
export async function makeApiKey(work: Work, userId: string, input: KeyInput): Promise<{ id: string; key: string }> {
  const now = work.app.clock.now();
  // From a form they come as one text.
  const networks = (input.allowed_networks ?? []).flatMap((text) => text.split(/[\s,;]+/)).filter((one) => one !== "");
  const problems: FieldProblem[] = [];
  const add = (field: string, code: string, message: string): number => problems.push({ field, code, message });
  const unknown = (input.scopes ?? []).find((name) => !work.app.registry.permissions.has(name));
  if (unknown !== undefined) add("scopes", "not_found", t("There is no permission {name}.", { name: unknown }));
  const wrong = networks.find((one) => !isNetwork(one));
  if (wrong !== undefined)
    add("allowed_networks", "bad_network", t("{network} is no address or network.", { network: wrong }));
  const days = input.expires_in_days;
  const expiresAt = input.expires_at ?? (days === undefined ? null : plus(now, days * 86_400_000));
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now))
    add("expires_at", "in_the_past", t("This key would have ended already. Choose a time to come."));
  if (problems.length > 0) throw invalid(problems);
  const { token, hash } = mintToken("api", work.tenant.id);
  const row = await insert(work, apiKeys, {
    user_id: userId,
    name: input.name.trim(),
    token_hash: hash,
    hint: `…${token.slice(-6)}`,
    scopes: input.scopes ?? [],
    allowed_networks: networks,
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  });
  return { id: row.id, key: token };
}

const target = Type.Object(
  { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

export const revokeApiKey = action({
  name: "api_keys.revoke",
  permission: "api_keys.manage",
  input: target,
  run: async (work: Work, input: PatchInput) => {
    const key = await find(work, "api_keys", input.id);
    return update(work, apiKeys, key.id, { revoked_at: key.revoked_at ?? work.app.clock.now() }, input.version);
  },
});

/** Revokes anybody's key: for whoever manages the staff. */
export const revokeAnyApiKey = action({
  name: "staff.revoke_api_key",
  permission: "staff.manage",
  input: target,
  run: async (work: Work, { id, version }: PatchInput) => {
    const key = await work.db
      .selectFrom("api_keys")
      .select(["id", "user_id", "revoked_at", "version"])
      .where("id", "=", id)
      .executeTakeFirst();
    if (key === undefined) throw notFound(t("This API key"));
    await checkMayActOn(work, key.user_id);
    if (version !== undefined && version !== key.version) throw stale();
    if (key.revoked_at !== null) return;
    // Keys are within their owner's reach only, so this is done in the system's name, with the administrator's in the log.
    const { actor } = work;
    const owner = { ...asSystem(work), actor: { ...actor, kind: "system" as const } };
    await update(owner, apiKeys, key.id, { revoked_at: work.app.clock.now() });
  },
});
