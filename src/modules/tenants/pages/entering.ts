import type { Ctx } from "../../../platform/context.ts";
import { cookieNamed, hostCookieName, serializeCookie } from "../../../platform/http/cookies.ts";
import { isOwnPath } from "../../../platform/http/own-path.ts";
import { type Answer, type Incoming, redirect } from "../../../platform/http/route.ts";
import { operatorIdleMilliseconds } from "../operators/sessions.ts";
import { operatorCookieName } from "../operators/enter.ts";
import { type OperatorEntering, stepMinutes } from "../operators/steps.ts";

/** The cookies and addresses that lead an operator through the door. */

export function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

/** Only paths of our own may be gone on to after signing in. */
export function safeNext(next: string): string {
  return isOwnPath(next) && !next.startsWith("/sign-") ? next : "/tenants";
}

export function cookieOf(ctx: Ctx, token: string): string {
  const publicUrl = ctx.tenant.public_url;
  const maxAgeSeconds = token === "" ? 0 : operatorIdleMilliseconds / 1000;
  return serializeCookie(operatorCookieName(publicUrl), token, { publicUrl, maxAgeSeconds });
}

const stepCookieName = (ctx: Ctx): string => hostCookieName("purser_operator_step", ctx.tenant.public_url);

function stepCookie(ctx: Ctx, token: string): string {
  const publicUrl = ctx.tenant.public_url;
  return serializeCookie(stepCookieName(ctx), token, { publicUrl, maxAgeSeconds: token === "" ? 0 : stepMinutes * 60 });
}

/** The token of the step that this browser is at, or empty. */
export const stepOf = (ctx: Ctx, incoming: Incoming): string =>
  cookieNamed(stepCookieName(ctx), incoming.request) ?? "";

export const stepPaths = { code: "/sign-in/code", setup: "/sign-in/two-step" } as const;

export const stepUrl = (step: "code" | "setup", next: string): string => {
  const safe = safeNext(next);
  return `${stepPaths[step]}${safe === "/tenants" ? "" : `?next=${encodeURIComponent(safe)}`}`;
};

/** The cookies of what has been reached: the session's, or the step's. The first is the one that counts. */
export const cookiesOf = (ctx: Ctx, { step, token }: OperatorEntering): [string, ...string[]] =>
  step === null ? [cookieOf(ctx, token), stepCookie(ctx, "")] : [stepCookie(ctx, token)];

export const goOn = (ctx: Ctx, entering: OperatorEntering, next: string): Answer =>
  redirect(
    entering.step === null ? safeNext(next) : stepUrl(entering.step, next),
    "",
    "success",
    cookiesOf(ctx, entering),
  );
