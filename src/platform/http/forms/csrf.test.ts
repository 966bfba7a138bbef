import { expect, test } from "bun:test";
import type { Ctx } from "../../context.ts";
import type { Failure } from "../../errors.ts";
import { checkCsrf, csrfCookie, csrfSubject, csrfToken, csrfTokenFor } from "./csrf.ts";

const secret = new Uint8Array(32).fill(7);
const publicUrl = "https://desk.harbor.example";
const subject = { secret, sessionKey: "session-1", publicUrl };
const token = csrfToken(secret, "session-1");

function post(headers: Record<string, string>): Request {
  return new Request("http://127.0.0.1:8080/tickets", { method: "POST", headers });
}

function refusalOf(headers: Record<string, string>, given = token, key = "session-1"): number | null {
  try {
    checkCsrf(post(headers), { ...subject, sessionKey: key }, given);
    return null;
  } catch (failure) {
    return (failure as Failure).status;
  }
}

/** As much of a context as these functions look at. */
function contextOf(sessionId: string | null): Ctx {
  return {
    app: { keyring: { derive: () => secret } },
    tenant: { id: "t", public_url: publicUrl },
    actor: { session_id: sessionId },
  } as unknown as Ctx;
}

test("a form of ours is let through", () => {
  expect(refusalOf({ origin: publicUrl, "sec-fetch-site": "same-origin" })).toBeNull();
  expect(refusalOf({})).toBeNull();
});

test("a machine that is reached by another name than the settings know still works", () => {
  expect(refusalOf({ origin: "http://192.168.1.5:8080", host: "192.168.1.5:8080" })).toBeNull();
});

test("requests of other sites are refused even with the right token", () => {
  expect(refusalOf({ "sec-fetch-site": "cross-site" })).toBe(403);
  expect(refusalOf({ "sec-fetch-site": "same-site" })).toBe(403);
  expect(refusalOf({ origin: "https://mill.example", host: "desk.harbor.example" })).toBe(403);
  expect(refusalOf({ origin: "null" })).toBe(403);
});

test("a missing, wrong or foreign token is refused", () => {
  expect(refusalOf({}, "")).toBe(403);
  expect(refusalOf({}, `${token}x`)).toBe(403);
  expect(refusalOf({}, csrfToken(secret, "session-2"))).toBe(403);
  expect(refusalOf({}, csrfToken(secret, ""), "")).toBe(403);
});

test("a visitor gets a cookie with the first page, and its forms work with it", () => {
  const ctx = contextOf(null);
  const first = new Request(publicUrl);
  const given = csrfTokenFor(ctx, first);
  const [pair = ""] = (csrfCookie(ctx, first) ?? "").split(";");
  expect(pair).toStartWith("__Host-purser_visitor=");

  const second = post({ cookie: pair, host: "desk.harbor.example" });
  expect(() => checkCsrf(second, csrfSubject(ctx, second), given)).not.toThrow();
  expect(csrfTokenFor(ctx, second)).toBe(given);
  expect(csrfCookie(ctx, second)).toBeNull();
  const without = post({});
  expect(() => checkCsrf(without, csrfSubject(ctx, without), given)).toThrow();
});

test("somebody signed in needs no such cookie, and a visitor's token is worth nothing to them", () => {
  const [visitor, staff] = [contextOf(null), contextOf("session-1")];
  const request = new Request(publicUrl);
  expect(csrfTokenFor(staff, request)).toBe(token);
  expect(csrfCookie(staff, request)).toBeNull();
  expect(csrfTokenFor(visitor, request)).not.toBe(token);
});
