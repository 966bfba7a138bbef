import { factorsOf } from "../../../platform/access/second-factors.ts";
import { Type } from "@sinclair/typebox";
import type { TObject } from "@sinclair/typebox";
import { validate } from "../../../platform/access/validate.ts";
import type { Ctx } from "../../../platform/context.ts";
import { invalid, unauthorized } from "../../../platform/errors.ts";
import { readDocument } from "../../../platform/http/jsonapi/document.ts";
import { type Answer, type Incoming, json, response } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { newId } from "../../../platform/ids.ts";
import { accessSeconds, firstTokens, type Tokens } from "../auth/refresh.ts";
import type { UserType } from "../auth/sign-in.ts";
import { challengeMinutes, type Challenged, type Entering, type Step } from "../auth/steps.ts";
import { reading } from "../../../platform/context.ts";

/** What the sign-in routes of the API have in common. */

export const tokenAttributes = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal("Bearer"),
  expires_in: Type.Integer(),
  refresh_token: Type.String(),
  recovery_codes: Type.Optional(Type.Array(Type.String())),
});

/** The attributes of a request document, checked; a bad one is a 422 on its members. */
export async function readInput<T>(incoming: Incoming, type: string, schema: TObject): Promise<T> {
  const input = readDocument(await incoming.json(), type, null);
  const problems = validate(schema, input);
  if (problems.length > 0) throw invalid(problems);
  return input as T;
}

/**
 * Who asks, when they have signed in themselves. How a person signs in (password, factors, sessions, allowed apps) is no
 * business of a key or an app that acts for them, however much else it may do.
 */
export function signedInThemselves(ctx: Ctx, kind: UserType | null = null): string {
  const { user_id, session_id } = ctx.actor;
  if (user_id === null || (kind !== null && ctx.actor.kind !== kind)) throw unauthorized();
  if (session_id === null)
    throw unauthorized(t("Sign in yourself: keys and apps have no say in how a person signs in."), "no_session");
  return user_id;
}

/** A document of one thing that is no record. */
export function documentOf(
  type: string,
  id: string,
  attributes: object,
  status = 200,
  headers: Record<string, string> = {},
): Answer {
  return json({ jsonapi: { version: "1.1" }, data: { type, id, attributes } }, status, headers);
}

export const nothing = (): Answer => response(new Response(null, { status: 204 }));

export function tokensAnswer(tokens: Tokens, more: object = {}): Answer {
  const { session_id, access_token, refresh_token } = tokens;
  return documentOf("access_tokens", session_id, {
    access_token,
    token_type: "Bearer",
    expires_in: accessSeconds,
    refresh_token,
    ...more,
  });
}

const sentences: Record<Step, string> = {
  mfa_required: "A second step is needed: send a code and this challenge token to …/auth/mfa/verify.",
  mfa_setup_required:
    "Your role requires two-step sign-in: set it up with this challenge token at …/auth/mfa/setup, then send a code to …/auth/mfa/verify.",
  password_expired: "The password has expired: choose a new one with this challenge token at …/auth/password.",
};

/** Tokens for somebody who is in; else a 401 whose code says what is missing, with the token to go on with. */
export async function enteringAnswer(ctx: Ctx, entering: Entering, kind: UserType, more: object = {}): Promise<Answer> {
  if (entering.step === null)
    return tokensAnswer(await firstTokens(ctx, entering.user_id, entering.session_id, kind), more);
  return challengeAnswer(ctx, entering, more);
}

async function challengeAnswer(ctx: Ctx, challenged: Challenged, more: object): Promise<Answer> {
  const factors =
    challenged.step === "mfa_required" ? await reading(ctx, (reader) => factorsOf(reader, challenged.user_id)) : [];
  const methods = factors.includes("totp") ? [...factors, "recovery_code"] : factors;
  return json(
    {
      jsonapi: { version: "1.1" },
      errors: [
        {
          id: newId(),
          status: "401",
          code: challenged.step,
          title: "Not signed in yet",
          detail: sentences[challenged.step],
          meta: {
            challenge_token: challenged.token,
            expires_in: challengeMinutes * 60,
            ...(methods.length > 0 ? { methods } : {}),
            ...more,
          },
        },
      ],
    },
    401,
  );
}
