import { type TProperties, Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { holds } from "../../platform/access/grants.ts";
import { oauthClients } from "../../platform/access/oauth.ts";
import { find } from "../../platform/access/reach.ts";
import { users } from "../../platform/access/schema.ts";
import { mintToken } from "../../platform/access/tokens.ts";
import { action } from "../../platform/action.ts";
import { asSystem, type Work } from "../../platform/context.ts";
import type { RowOf } from "../../platform/database/columns.ts";
import { insert, update } from "../../platform/database/records.ts";
import { conflict, Failure, type FieldProblem, forbidden, invalid } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { isPermissionOn } from "../../platform/switches.ts";
import { redirectProblem } from "./rules.ts";
import { revokeGrantsOf } from "./grants.ts";

/** Apps of others, registered by an administrator. */

const members: TProperties = {
  name: Type.String({ minLength: 1, maxLength: 80 }),
  description: Type.Optional(Type.String({ maxLength: 500 })),
  redirect_uris: Type.Optional(Type.Array(Type.String({ maxLength: 2000 }), { maxItems: 20 })),
  scopes: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 500 }),
  is_service: Type.Optional(Type.Boolean()),
};
const target = { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) };

export const clientInput = Type.Object(
  { ...members, is_confidential: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);
export const clientPatch = Type.Object(Type.Partial(Type.Object(members)).properties, { additionalProperties: false });

export interface ClientInput {
  name: string;
  description?: string;
  redirect_uris?: string[];
  scopes: string[];
  is_service?: boolean;
  is_confidential?: boolean;
}

export type ClientRow = RowOf<typeof oauthClients>;

/** Registers an app. The secret of one that can keep it is in the answer, and nowhere else. */
export const createClient = action({
  name: "oauth.create_client",
  permission: "oauth.manage",
  input: clientInput,
  run: async (work: Work, input: ClientInput): Promise<{ client: ClientRow; secret: string | null }> => {
    bySomebodyThemselves(work);
    check(work, input, input.is_confidential ?? true);
    const minted = (input.is_confidential ?? true) ? newSecret(work) : null;
    const client = await insert(work, oauthClients, {
      name: input.name.trim(),
      description: input.description?.trim() ?? "",
      is_confidential: input.is_confidential ?? true,
      redirect_uris: input.redirect_uris ?? [],
      scopes: input.scopes,
      is_service: input.is_service ?? false,
      secret_hash: minted?.hash ?? null,
      secret_hint: minted?.hint ?? null,
    });
    if (client.is_service) await serviceAccount(work, client);
    return { client: await find(work, "oauth_clients", client.id), secret: minted?.secret ?? null };
  },
});

/** Changes an app. What it may no longer do, its tokens can no longer do either, at once. */
export const updateClient = action({
  name: "oauth.update_client",
  permission: "oauth.manage",
  input: Type.Object({ ...target, ...clientPatch.properties }, { additionalProperties: false }),
  run: async (work: Work, input: Partial<ClientInput> & { id: string; version?: number }) => {
    bySomebodyThemselves(work);
    const client = await find(work, "oauth_clients", input.id);
    checkMayActAs(work, client);
    const { id, version, ...rest } = input;
    const values = { ...rest, ...(rest.name === undefined ? {} : { name: rest.name.trim() }) };
    check(work, { ...client, ...values }, client.is_confidential, client.scopes);
    const row = await update(work, oauthClients, id, values, version);
    if (row.is_service && row.service_user_id === null) await serviceAccount(work, row);
    // What the app does stands under its name.
    if (row.service_user_id !== null && row.name !== client.name)
      await update(asSystem(work), users, row.service_user_id, { name: row.name });
    return find(work, "oauth_clients", id);
  },
});

/** A new secret in place of the old one, which is refused from now on. */
export const rotateSecret = action({
  name: "oauth.rotate_secret",
  permission: "oauth.manage",
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, input: { id: string; version?: number }) => {
    bySomebodyThemselves(work);
    const client = await find(work, "oauth_clients", input.id);
    checkMayActAs(work, client);
    if (!client.is_confidential) throw conflict(t("This app has no secret: it cannot keep one."), "public_client");
    const { secret, hash, hint } = newSecret(work);
    const row = await update(work, oauthClients, client.id, { secret_hash: hash, secret_hint: hint }, input.version);
    return { client: row, secret };
  },
});

/** Takes an app out of use: it and all its tokens are refused from now on. */
export const revokeClient = action({
  name: "oauth.revoke_client",
  permission: "oauth.manage",
  input: Type.Object(target, { additionalProperties: false }),
  run: async (work: Work, input: { id: string; version?: number }) => {
    const client = await find(work, "oauth_clients", input.id);
    if (client.revoked_at !== null) return client;
    await revokeGrantsOf(work, client.id);
    return update(work, oauthClients, client.id, { revoked_at: work.app.clock.now() }, input.version);
  },
});

/** A key or an app with this permission could otherwise make itself another one that may do more. */
function bySomebodyThemselves(work: Work): void {
  if (work.actor.kind === "staff" && (work.actor.api_key_id !== null || work.actor.oauth_grant_id != null))
    throw forbidden(t("Apps are registered by people who have signed in themselves."), "no_session");
}

/**
 * Refuses an app that may do more than the actor: with a new secret they could act as an app that acts by itself, and by
 * another address have sent to themselves what others allow it.
 */
function checkMayActAs(work: Work, client: ClientRow): void {
  const { registry } = work.app;
  const isAbove = client.scopes.some(
    (scope) =>
      registry.permissions.has(scope) &&
      isPermissionOn(work.app, work.tenant, scope) &&
      !mayAllow(work, scope, client.is_service),
  );
  if (isAbove)
    throw new Failure(403, "above_own", t("This app may do more than you. Ask somebody who may do as much."));
}

/** Nobody lets an app do more than they may: by itself it reaches all records, in a person's name those of that person. */
function mayAllow({ actor }: Work, permission: string, is_service: boolean): boolean {
  return is_service ? holds(actor, { permission, scope: "all" }) : can(actor, permission);
}

function check(
  work: Work,
  input: Pick<ClientInput, "redirect_uris" | "scopes" | "is_service">,
  isConfidential: boolean,
  known: readonly string[] = [],
): void {
  const problems: FieldProblem[] = [];
  const add = (field: string, code: string, message: string): void => {
    if (!problems.some((problem) => problem.field === field)) problems.push({ field, code, message });
  };
  // What a module that is switched off lets it do, it has had before, and has again with the module.
  const isKept = (scope: string): boolean => known.includes(scope) && !isPermissionOn(work.app, work.tenant, scope);
  for (const uri of input.redirect_uris ?? []) {
    const problem = redirectProblem(uri, isConfidential);
    if (problem !== null) add("redirect_uris", "bad_redirect_uri", `${uri}: ${problem}`);
  }
  for (const scope of input.scopes) {
    if (!work.app.registry.permissions.has(scope))
      add("scopes", "not_found", t("There is no permission {name}.", { name: scope }));
    else if (!isKept(scope) && !mayAllow(work, scope, input.is_service === true))
      add("scopes", "beyond_own", t("You may not do this yourself: {scope}.", { scope }));
  }
  if (input.is_service === true && !isConfidential)
    add("is_service", "public_client", t("Only an app that can keep a secret may act by itself."));
  if ((input.redirect_uris ?? []).length === 0 && input.is_service !== true)
    add("redirect_uris", "required", t("Give an address to come back to, or let the app act by itself."));
  if (problems.length > 0) throw invalid(problems);
}

function newSecret(work: Work): { secret: string; hash: string; hint: string } {
  const { token, hash } = mintToken("oauth_secret", work.tenant.id);
  return { secret: token, hash, hint: `…${token.slice(-6)}` };
}

/** Whom an app acts as when it acts by itself: a user nobody can sign in as, so that what it does has a name. */
async function serviceAccount(work: Work, client: ClientRow): Promise<void> {
  const system = asSystem(work);
  const user = await insert(system, users, {
    user_type: "staff",
    name: client.name,
    email: `app-${newId()}@apps.invalid`,
    title: t("App"),
    deactivated_at: work.app.clock.now(),
  });
  await update(system, oauthClients, client.id, { service_user_id: user.id });
}
