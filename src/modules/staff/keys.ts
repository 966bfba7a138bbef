import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { apiKeys } from "../../platform/access/schema.ts";
import { mintToken } from "../../platform/access/tokens.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { PatchInput } from "../../platform/database/edge.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";

interface KeyInput {
  name: string;
  scopes?: string[];
  expires_at?: string | null;
}

/** Makes an API key for the actor. The key itself is in the result and nowhere else, ever again. */
export const createApiKey = action({
  name: "api_keys.create",
  permission: "api_keys.manage",
  input: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 80 }),
      scopes: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 })),
      expires_at: Type.Optional(Type.Union([Type.String({ format: "instant" }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: KeyInput) => {
    const userId = work.actor.user_id;
    if (userId === null) throw conflict(t("An API key belongs to a person."), "no_person");
    return makeApiKey(work, userId, input);
  },
});

/** Makes a key for a user; the command line does it for the first administrator. */
export async function makeApiKey(work: Work, userId: string, input: KeyInput): Promise<{ id: string; key: string }> {
  const unknown = (input.scopes ?? []).find((name) => !work.app.registry.permissions.has(name));
  if (unknown !== undefined)
    throw invalidField("scopes", t("There is no permission {name}.", { name: unknown }), "not_found");
  const { token, hash } = mintToken("api", work.tenant.id);
  const row = await insert(work, apiKeys, {
    user_id: userId,
    name: input.name.trim(),
    token_hash: hash,
    hint: `…${token.slice(-6)}`,
    scopes: input.scopes ?? [],
    expires_at: input.expires_at ?? null,
  });
  return { id: row.id, key: token };
}

export const revokeApiKey = action({
  name: "api_keys.revoke",
  permission: "api_keys.manage",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: PatchInput) => {
    const key = await find(work, "api_keys", input.id);
    return update(work, apiKeys, key.id, { revoked_at: key.revoked_at ?? work.app.clock.now() });
  },
});
