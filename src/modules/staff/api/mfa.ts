import { factorsOf, isMfaRequired } from "../../../platform/access/second-factors.ts";
import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import { conflict } from "../../../platform/errors.ts";
import { checkMatch, readVerb } from "../../../platform/http/jsonapi/document.ts";
import type { Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { proveAgain } from "../auth/proof.ts";
import type { UserType } from "../auth/sign-in.ts";
import { readChallenge } from "../auth/steps.ts";
import { resetSecondFactor } from "../mfa/actions.ts";
import {
  beginSetup,
  confirmSetup,
  confirmSetupAtSignIn,
  removeTotp,
  renewRecoveryCodes,
  showCode,
} from "../mfa/factors.ts";
import { recoveryCodesLeft } from "../mfa/recovery.ts";
import { waitingTotp } from "../mfa/totp.ts";
import type { TotpSetup } from "../../../platform/access/totp.ts";
import { documentOf, enteringAnswer, nothing, readInput, signedInThemselves, tokenAttributes } from "./answers.ts";

const closed = { additionalProperties: false } as const;
const tokenText = Type.String({ minLength: 1, maxLength: 200 });
const password = Type.Optional(Type.String({ maxLength: 1024, description: "Asked for 10 minutes after signing in." }));
const setupInput = Type.Object({ challenge_token: Type.Optional(tokenText), password }, closed);
const verifyInput = Type.Object(
  { challenge_token: Type.Optional(tokenText), code: Type.String({ minLength: 1, maxLength: 40 }) },
  closed,
);
const passwordInput = Type.Object({ password }, closed);
/** People read the secret in groups of four; base32 has no spaces. */
const forPrograms = ({ secret, ...rest }: TotpSetup): TotpSetup => ({ secret: secret.replaceAll(" ", ""), ...rest });

const setupAttributes = Type.Object({ secret: Type.String(), otpauth_url: Type.String(), qr_code: Type.String() });
const codes = Type.Object({ recovery_codes: Type.Array(Type.String()) });

/** Signing in in two steps, over the API: set up, shown, renewed, taken away. */
export function mfaRoutes(base: string, kind: UserType): Route[] {
  const id = (ctx: Ctx): string => ctx.actor.user_id ?? ctx.tenant.id;
  return [
    {
      method: "GET",
      path: `${base}/mfa`,
      door: "api",
      permission: null,
      isOpenWithoutSecondStep: true,
      doc: {
        summary: "Whether one signs in in two steps, and how.",
        answer: {
          type: "mfa",
          attributes: Type.Object({
            methods: Type.Array(Type.String()),
            is_required: Type.Boolean(),
            recovery_codes_left: Type.Integer(),
          }),
        },
      },
      handle: async (ctx) => {
        const userId = signedInThemselves(ctx, kind);
        return documentOf("mfa", userId, {
          methods: await factorsOf(ctx, userId),
          is_required: await isMfaRequired(ctx, userId),
          recovery_codes_left: await recoveryCodesLeft(ctx, userId),
        });
      },
    },
    {
      method: "POST",
      path: `${base}/mfa/setup`,
      door: "api",
      permission: null,
      isOpenWithoutSecondStep: true,
      doc: {
        summary: "Begin to set up an authenticator app, signed in or with the challenge of mfa_setup_required.",
        input: { type: "mfa", attributes: setupInput },
        answer: { type: "mfa", attributes: setupAttributes },
        isForChallenge: true,
      },
      handle: async (ctx, incoming) => {
        const input = await readInput<{ challenge_token?: string; password?: string }>(incoming, "mfa", setupInput);
        const token = input.challenge_token;
        if (token === undefined) {
          signedInThemselves(ctx, kind);
          await proveAgain(ctx, input.password ?? "", "password");
          return documentOf("mfa", id(ctx), forPrograms(await beginSetup(ctx)));
        }
        return reading(ctx, async (reader) => {
          const open = await readChallenge(reader, token, kind);
          const waiting = open.step === "mfa_setup_required" ? await waitingTotp(reader, open.user.id) : null;
          if (waiting === null) throw conflict(t("There is nothing to set up here."), open.step);
          return documentOf("mfa", open.user.id, forPrograms(waiting));
        });
      },
    },
    {
      method: "POST",
      path: `${base}/mfa/verify`,
      door: "api",
      permission: null,
      isOpenWithoutSecondStep: true,
      doc: {
        summary:
          "Show a code: with a challenge token the second step of signing in, else the first code that ends the set-up. The set-up answers the recovery codes, once.",
        input: { type: "mfa", attributes: verifyInput },
        answer: { type: "access_tokens", attributes: tokenAttributes },
        isForChallenge: true,
      },
      handle: async (ctx, incoming) => {
        const input = await readInput<{ challenge_token?: string; code: string }>(incoming, "mfa", verifyInput);
        const token = input.challenge_token;
        if (token === undefined) {
          const userId = signedInThemselves(ctx, kind);
          return documentOf("mfa", userId, { recovery_codes: await confirmSetup(ctx, input.code) });
        }
        const { step } = await reading(ctx, (reader) => readChallenge(reader, token, kind));
        if (step !== "mfa_setup_required")
          return enteringAnswer(ctx, await showCode(ctx, kind, token, input.code), kind);
        const done = await confirmSetupAtSignIn(ctx, kind, token, input.code);
        return enteringAnswer(ctx, done.entering, kind, { recovery_codes: done.codes });
      },
    },
    {
      method: "POST",
      path: `${base}/mfa/recovery-codes`,
      door: "api",
      permission: null,
      doc: {
        summary: "New recovery codes in place of the earlier ones.",
        input: { type: "mfa", attributes: passwordInput },
        answer: { type: "mfa", attributes: codes },
      },
      handle: async (ctx, incoming) => {
        const userId = signedInThemselves(ctx, kind);
        const given = await readInput<{ password?: string }>(incoming, "mfa", passwordInput);
        await proveAgain(ctx, given.password ?? "", "password");
        return documentOf("mfa", userId, { recovery_codes: await renewRecoveryCodes(ctx) });
      },
    },
    {
      method: "POST",
      path: `${base}/mfa/remove`,
      door: "api",
      permission: null,
      doc: {
        summary: "Remove one's authenticator app and recovery codes.",
        input: { type: "mfa", attributes: passwordInput },
        answer: "nothing",
      },
      handle: async (ctx, incoming) => {
        signedInThemselves(ctx, kind);
        const given = await readInput<{ password?: string }>(incoming, "mfa", passwordInput);
        await proveAgain(ctx, given.password ?? "", "password");
        await removeTotp(ctx);
        return nothing();
      },
    },
  ];
}

export const mfaApi: Route[] = [
  ...mfaRoutes("/api/v1/auth", "staff"),
  {
    method: "POST",
    path: "/api/v1/users/:id/reset-mfa",
    door: "api",
    permission: "staff.manage",
    doc: {
      summary: "Take every second factor of a person away: authenticator app, recovery codes, passkeys.",
      answer: "nothing",
    },
    handle: async (ctx, incoming) => {
      const target = incoming.params["id"] ?? "";
      checkMatch(incoming, await reading(ctx, (reader) => find(reader, "users", target)));
      await perform(ctx, resetSecondFactor, { ...(await readVerb(incoming, "users", target)), id: target });
      return nothing();
    },
  },
];
