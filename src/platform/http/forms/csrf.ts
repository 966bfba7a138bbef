import type { Ctx } from "../../context.ts";
import { newToken, sign, verify } from "../../crypto/tokens.ts";
import { forbidden } from "../../errors.ts";
import { t } from "../../language/index.ts";
import { cookieNamed, hostCookieName, serializeCookie } from "../cookies.ts";

/** What a form's token is bound to. */
export interface CsrfSubject {
  /** The tenant's own key for these tokens. */
  secret: Uint8Array;
  /** The session's id, or the visitor's random value; empty when the request brings neither. */
  sessionKey: string;
  /** Where the pages are reached from outside. */
  publicUrl: string;
}

const visitorCookie = "purser_visitor";
const day = 24 * 3600;

/** The token of a session: the same in every form, so that a page left open in a tab stays usable. */
export function csrfToken(secret: Uint8Array, sessionKey: string): string {
  return sign(secret, sessionKey);
}

/**
 * Throws a 403 unless a change comes from a page of ours: by what the browser says about where it comes from, and by a
 * token that a foreign page cannot know. `given` is the token from the form or the `X-CSRF-Token` header.
 */
export function checkCsrf(request: Request, subject: CsrfSubject, given: string): void {
  const site = request.headers.get("sec-fetch-site");
  // "same-site" is a sibling domain, which may belong to another tenant.
  const isForeignSite = site !== null && site !== "same-origin" && site !== "none";
  if (isForeignSite || !isOwnOrigin(request, subject.publicUrl)) {
    throw forbidden(t("This request came from another site, so nothing was changed."), "csrf");
  }
  if (subject.sessionKey === "" && isPlainInPlaceOfSecure(request, subject.publicUrl)) {
    throw forbidden(t("Over http nobody can sign in here. Open {url} instead.", { url: subject.publicUrl }), "csrf");
  }
  if (subject.sessionKey === "" || !verify(subject.secret, subject.sessionKey, given)) {
    throw forbidden(
      t("This page had been open for too long, so nothing was changed. Load it again and send it once more."),
      "csrf",
    );
  }
}

/** A page that came over http where the address is https: the browser has kept no cookie, however often it is loaded. */
function isPlainInPlaceOfSecure(request: Request, publicUrl: string): boolean {
  return publicUrl.startsWith("https://") && (request.headers.get("origin") ?? "").startsWith("http://");
}

/** What the tokens of this request are bound to: the session, or before there is one the visitor's cookie. */
export function csrfSubject(ctx: Ctx, request: Request): CsrfSubject {
  const { app, tenant, actor } = ctx;
  return {
    secret: app.keyring.derive("csrf", tenant.id),
    sessionKey: actor.session_id ?? visitorOf(request, tenant.public_url),
    publicUrl: tenant.public_url,
  };
}

/** The token to put into the forms of the page that answers this request. */
export function csrfTokenFor(ctx: Ctx, request: Request): string {
  if (ctx.actor.session_id === null && visitorOf(request, ctx.tenant.public_url) === "") {
    newVisitors.set(request, newToken());
  }
  const { secret, sessionKey } = csrfSubject(ctx, request);
  return csrfToken(secret, sessionKey);
}

/** The `Set-Cookie` value that makes the page's token work, or null when the browser already has what it needs. */
export function csrfCookie(ctx: Ctx, request: Request): string | null {
  const value = newVisitors.get(request);
  if (value === undefined) return null;
  const publicUrl = ctx.tenant.public_url;
  return serializeCookie(hostCookieName(visitorCookie, publicUrl), value, { publicUrl, maxAgeSeconds: day });
}

/** Visitors who get their random value with the answer to this very request. */
const newVisitors = new WeakMap<Request, string>();

function visitorOf(request: Request, publicUrl: string): string {
  const value = cookieNamed(hostCookieName(visitorCookie, publicUrl), request);
  return newVisitors.get(request) ?? (value !== undefined && /^[\w-]{43}$/.test(value) ? value : "");
}

/**
 * A browser names the origin with every POST. Both the public address and the host that was asked are ours: a proxy may
 * have changed one, and a machine may be reached by more names than the settings know. No page can forge either.
 */
function isOwnOrigin(request: Request, publicUrl: string): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return (
    origin === new URL(publicUrl).origin ||
    host === (request.headers.get("host") ?? new URL(request.url).host).toLowerCase()
  );
}
