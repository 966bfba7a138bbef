import { Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { oauthGrants } from "../../platform/access/oauth.ts";
import { mintToken } from "../../platform/access/tokens.ts";
import { action, perform } from "../../platform/action.ts";
import { plus } from "../../platform/clock.ts";
import { asSystem, type Ctx, type Work } from "../../platform/context.ts";
import { insert } from "../../platform/database/records.ts";
import { Failure } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import type { ConsentModel } from "../../platform/http/models/sign-in.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import { clientRow } from "./model.ts";
import { answerUrl, type AuthorizationRequest, authorizationRequest, requestError, scopesOf } from "./rules.ts";

/** The page where a person allows an app what it asks for (RFC 6749, 4.1; RFC 7636). */

const codeSeconds = 60;
const path = "/oauth/authorize";

interface Asked {
  request: AuthorizationRequest;
  client: NonNullable<Awaited<ReturnType<typeof clientRow>>>;
  scopes: string[];
}

/**
 * Reads a request. While the client or its redirect address is not known to be right nobody is sent anywhere: the person
 * gets an error page. After that the client is told what is wrong.
 */
async function read(ctx: Ctx, given: URLSearchParams): Promise<Asked | { back: string }> {
  const request = authorizationRequest(given);
  const client = request === null ? undefined : await clientRow(ctx, request.client_id);
  if (request === null || client === undefined || !client.redirect_uris.includes(request.redirect_uri))
    throw new Failure(
      400,
      "bad_client",
      t("The app that sent you here is not known, or sent you the wrong way. Nothing was allowed."),
    );
  const problem = requestError(request, client.scopes);
  if (problem !== null) {
    const answer = { error: problem.error, error_description: problem.description, state: request.state };
    return { back: answerUrl(request.redirect_uri, { ...answer, iss: ctx.tenant.public_url }) };
  }
  return { request, client, scopes: scopesOf(request, client.scopes) };
}

function consent(ctx: Ctx, { request, client, scopes }: Asked): Answer {
  const { permissions } = ctx.app.registry;
  const model: ConsentModel = {
    title: t("Allow {app}?", { app: client.name }),
    text: t("{app} wants to act in your name, {name}, at {organization}. It could then:", {
      app: client.name,
      name: ctx.actor.name,
      organization: ctx.tenant.name,
    }),
    scopes: scopes.map((scope) => ({
      label: t(permissions.get(scope) ?? scope),
      // What the person may not do, the app cannot do in their name either.
      note: can(ctx.actor, scope) ? "" : t("not as long as you may not do this yourself"),
    })),
    action: path,
    fields: Object.entries(request).map(([name, value]) => ({ name, value })),
    host: new URL(request.redirect_uri).host || request.redirect_uri,
    hint: t("You are then sent to {host}. You can take this back at any time under Your account.", {
      host: new URL(request.redirect_uri).host || request.redirect_uri,
    }),
    allow_label: t("Allow"),
    deny_label: t("Do not allow"),
  };
  const answer = page("oauth/consent", model.title, model);
  if (answer.kind !== "page") return answer;
  const { protocol, origin } = new URL(request.redirect_uri);
  const to = origin === "null" ? protocol : origin;
  // The form's answer leads to the app; browsers hold form-action against that as well.
  const policy = `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${to}`;
  return { ...answer, headers: { "content-security-policy": policy } };
}

interface Allowed {
  client_id: string;
  redirect_uri: string;
  scopes: string[];
  code_challenge: string;
}

/** Writes down what a person allows an app, and makes the code that the app changes for tokens. */
export const allowClient = action({
  name: "oauth.allow",
  permission: null,
  input: Type.Object(
    {
      client_id: Type.String({ format: "uuid" }),
      redirect_uri: Type.String(),
      scopes: Type.Array(Type.String()),
      code_challenge: Type.String(),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, input: Allowed) => {
    const { user_id, session_id } = work.actor;
    if (user_id === null || session_id === null)
      throw new Failure(403, "no_session", t("Only somebody who is signed in can allow an app something."));
    const grant = await insert({ ...asSystem(work), actor: work.actor }, oauthGrants, {
      client_id: input.client_id,
      user_id,
      scopes: input.scopes,
    });
    const { token, hash } = mintToken("oauth_code", work.tenant.id);
    const now = work.app.clock.now();
    await work.db
      .insertInto("oauth_codes")
      .values({
        id: newId(),
        grant_id: grant.id,
        code_hash: hash,
        redirect_uri: input.redirect_uri,
        code_challenge: input.code_challenge,
        created_at: now,
        expires_at: plus(now, codeSeconds * 1000),
        used_at: null,
      })
      .execute();
    return { code: token };
  },
});

export const authorizeRoutes: Route[] = [
  {
    method: "GET",
    path,
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const asked = await read(ctx, incoming.url.searchParams);
      return "back" in asked ? redirect(asked.back) : consent(ctx, asked);
    },
  },
  {
    method: "POST",
    path,
    door: "staff",
    permission: null,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const given = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) given.append(name, one);
      const asked = await read(ctx, given);
      if ("back" in asked) return redirect(asked.back);
      const { redirect_uri, state, code_challenge, client_id } = asked.request;
      const iss = ctx.tenant.public_url;
      if (given.get("decision") !== "allow")
        return redirect(answerUrl(redirect_uri, { error: "access_denied", state, iss }));
      const { code } = await perform(ctx, allowClient, {
        client_id,
        redirect_uri,
        scopes: asked.scopes,
        code_challenge,
      });
      return redirect(answerUrl(redirect_uri, { code, state, iss }));
    },
  },
];
