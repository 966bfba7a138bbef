import type { Ctx } from "../../../platform/context.ts";
import { hashToken, newToken } from "../../../platform/crypto/tokens.ts";
import {
  cookieNamed,
  hostCookieName,
  portalCookieName,
  serializeCookie,
  staffCookieName,
} from "../../../platform/http/cookies.ts";
import { isOwnPath } from "../../../platform/http/own-path.ts";
import { type Answer, type Incoming, redirect } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import type { Device, UserType } from "../auth/sign-in.ts";
import { challengeMinutes, type Entering, type Step } from "../auth/steps.ts";

/** The two doors, for staff and for clients, and the cookies that lead through them. */
export interface Door {
  userType: UserType;
  prefix: string;
  home: string;
  title: (ctx: Ctx) => string;
  text: (ctx: Ctx) => string;
}

export const doors: readonly Door[] = [
  {
    userType: "staff",
    prefix: "",
    home: "/",
    title: (ctx) => t("Sign in to {name}", { name: ctx.tenant.name }),
    text: () => "",
  },
  {
    userType: "portal",
    prefix: "/portal",
    home: "/portal",
    // Whose it is stands above it.
    title: () => t("Client portal"),
    text: (ctx) =>
      ctx.tenant.brand.welcome === "" ? t("Your requests, hours and invoices.") : ctx.tenant.brand.welcome,
  },
];

/** Only paths of our own may be gone on to after signing in. */
export function safeNext(next: string, home: string): string {
  return isOwnPath(next) && !/^\/(portal\/)?sign-/.test(next) ? next : home;
}

const stepPages: Record<Step, string> = {
  mfa_required: "/sign-in/code",
  mfa_setup_required: "/sign-in/two-step",
  password_expired: "/sign-in/new-password",
};

const challengeCookie = (ctx: Ctx, door: Door): string =>
  hostCookieName(door.userType === "portal" ? "purser_portal_step" : "purser_step", ctx.tenant.public_url);
const deviceCookie = (ctx: Ctx): string => hostCookieName("purser_device", ctx.tenant.public_url);
const deviceSeconds = 400 * 86_400;

/** The token of the step that this browser is at, or empty. */
export function challengeOf(ctx: Ctx, door: Door, incoming: Incoming): string {
  return cookieNamed(challengeCookie(ctx, door), incoming.request) ?? "";
}

/** What this browser is known by, and the cookie to keep it by. */
export function browserDevice(ctx: Ctx, incoming: Incoming): { device: Device; cookie: string } {
  const known = cookieNamed(deviceCookie(ctx), incoming.request);
  const value = known !== undefined && /^[\w-]{43}$/.test(known) ? known : newToken();
  const publicUrl = ctx.tenant.public_url;
  return {
    device: { kind: "browser", deviceHash: hashToken(value) },
    cookie: serializeCookie(deviceCookie(ctx), value, { publicUrl, maxAgeSeconds: deviceSeconds }),
  };
}

export function sessionCookie(ctx: Ctx, userType: UserType, token: string, maxAgeSeconds: number): string {
  const publicUrl = ctx.tenant.public_url;
  const name = userType === "portal" ? portalCookieName(publicUrl) : staffCookieName(publicUrl);
  return serializeCookie(name, token, { publicUrl, maxAgeSeconds });
}

/** The cookies of what has been reached: the session's, or the step's. The first is the one that counts. */
export function enteringCookies(ctx: Ctx, door: Door, entering: Entering): [string, ...string[]] {
  const publicUrl = ctx.tenant.public_url;
  const step = (token: string, maxAgeSeconds: number): string =>
    serializeCookie(challengeCookie(ctx, door), token, { publicUrl, maxAgeSeconds });
  if (entering.step !== null) return [step(entering.token, challengeMinutes * 60)];
  return [sessionCookie(ctx, door.userType, entering.token, entering.max_age_seconds), step("", 0)];
}

/** Where to go on: into the house, or to the next step. */
export function nextUrl(door: Door, entering: Entering, next: string): string {
  return entering.step === null ? safeNext(next, door.home) : stepUrl(door, entering.step, next);
}

export function goOn(ctx: Ctx, door: Door, entering: Entering, next: string, cookies: string[] = []): Answer {
  return redirect(nextUrl(door, entering, next), "", "success", [...enteringCookies(ctx, door, entering), ...cookies]);
}

export function stepUrl(door: Door, step: Step, next: string): string {
  const safe = safeNext(next, door.home);
  return `${door.prefix}${stepPages[step]}${safe === door.home ? "" : `?next=${encodeURIComponent(safe)}`}`;
}
