import { Type } from "@sinclair/typebox";
import { unauthorized, Failure } from "../../../platform/errors.ts";
import { json, type Route } from "../../../platform/http/route.ts";
import { changePassword } from "../auth/passwords.ts";
import { refresh } from "../auth/refresh.ts";
import { replaceExpired, signIn, signOut, type UserType } from "../auth/sign-in.ts";
import { enteringAnswer, nothing, readInput, signedInThemselves, tokenAttributes, tokensAnswer } from "./answers.ts";

const secretText = Type.String({ minLength: 1, maxLength: 1024 });
const tokenText = Type.String({ minLength: 1, maxLength: 200 });
const closed = { additionalProperties: false } as const;

const credentials = Type.Object({ email: Type.String({ minLength: 1, maxLength: 254 }), password: secretText }, closed);
const refreshInput = Type.Object({ refresh_token: tokenText }, closed);
const newPassword = Type.Object(
  {
    challenge_token: Type.Optional(tokenText),
    present_password: Type.Optional(secretText),
    new_password: secretText,
  },
  closed,
);

interface NewPassword {
  challenge_token?: string;
  present_password?: string;
  new_password: string;
}

const tokensDoc = { type: "access_tokens", attributes: tokenAttributes } as const;

/** `POST …/login`: e-mail and password for a short access token and a refresh token, or the step that is missing. */
export function loginRoute(path: string, kind: UserType): Route {
  return {
    method: "POST",
    path,
    door: "hook",
    permission: null,
    doc: {
      summary:
        "Sign in with e-mail and password. A 401 with the code mfa_required, mfa_setup_required or password_expired holds a challenge token to go on with.",
      input: { type: "credentials", attributes: credentials },
      answer: tokensDoc,
    },
    handle: async (ctx, incoming) => {
      const input = await readInput<{ email: string; password: string }>(incoming, "credentials", credentials);
      const entering = await signIn(ctx, kind, input.email, input.password, { kind: "api", deviceHash: null });
      return enteringAnswer(ctx, entering, kind);
    },
  };
}

/** `POST …/logout`: ends the session that the token speaks for. */
export function logoutRoute(path: string): Route {
  return {
    method: "POST",
    path,
    door: "api",
    permission: null,
    isOpenWithoutSecondStep: true,
    doc: { summary: "End the session that the token speaks for.", answer: "nothing" },
    handle: async (ctx) => {
      if (ctx.actor.session_id === null) throw unauthorized();
      await signOut(ctx);
      return nothing();
    },
  };
}

/** `POST …/refresh`: a refresh token, used up, for new tokens. */
export function refreshRoute(path: string, kind: UserType | null): Route {
  return {
    method: "POST",
    path,
    door: "hook",
    permission: null,
    doc: {
      summary: "New tokens for a refresh token, which works once. One that was used before ends the session.",
      input: { type: "refresh_tokens", attributes: refreshInput },
      answer: tokensDoc,
    },
    handle: async (ctx, incoming) => {
      const input = await readInput<{ refresh_token: string }>(incoming, "refresh_tokens", refreshInput);
      return tokensAnswer(await refresh(ctx, input.refresh_token, kind));
    },
  };
}

/** `POST …/password`: one's own new password; with a challenge token in place of one that has expired, which signs in. */
export function passwordRoute(path: string, kind: UserType): Route {
  return {
    method: "POST",
    path,
    door: "api",
    permission: null,
    doc: {
      summary:
        "Change one's own password; with the challenge token of a password_expired answer, replace it and sign in.",
      input: { type: "passwords", attributes: newPassword },
      answer: tokensDoc,
      isForChallenge: true,
    },
    handle: async (ctx, incoming) => {
      const input = await readInput<NewPassword>(incoming, "passwords", newPassword);
      if (input.challenge_token !== undefined)
        return enteringAnswer(ctx, await replaceExpired(ctx, kind, input.challenge_token, input.new_password), kind);
      signedInThemselves(ctx, kind);
      await changePassword(ctx, input.present_password ?? "", input.new_password, input.new_password);
      return nothing();
    },
  };
}

const noProvider = (): Failure =>
  new Failure(404, "no_such_provider", "There is no single sign-on provider of this name here.");

/** Signing in over the API (PRD 3.1.3, 8.2). */
export const signInApi: Route[] = [
  loginRoute("/api/v1/auth/login", "staff"),
  logoutRoute("/api/v1/auth/logout"),
  refreshRoute("/api/v1/auth/refresh", null),
  passwordRoute("/api/v1/auth/password", "staff"),
  {
    method: "GET",
    path: "/api/v1/auth/sso/providers",
    door: "hook",
    permission: null,
    doc: {
      summary: "Single sign-on providers that the sign-in page offers.",
      answer: { type: "sso_providers", attributes: Type.Object({ name: Type.String() }), isList: true },
    },
    handle: async () => {
      return json({ jsonapi: { version: "1.1" }, links: { self: "/api/v1/auth/sso/providers" }, data: [] });
    },
  },
  ...(["initiate", "callback"] as const).map((verb): Route => ({
    method: "POST",
    path: `/api/v1/auth/sso/:provider/${verb}`,
    door: "hook",
    permission: null,
    doc: { summary: `Single sign-on: ${verb}.`, answer: "nothing" },
    handle: async () => {
      throw noProvider();
    },
  })),
];
