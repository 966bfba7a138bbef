import { expect, test } from "bun:test";
import { SignJWT, UnsecuredJWT } from "jose";
import { plus } from "../clock.ts";
import { newId } from "../ids.ts";
import { type AccessClaims, issueAccessToken, verifyAccessToken } from "./jwt.ts";

const secret = crypto.getRandomValues(new Uint8Array(32));
const now = "2026-11-21T07:00:00.000Z";
const claims: AccessClaims = { tenant_id: newId(), user_id: newId(), session_id: newId(), kind: "staff" };

test("an access token gives back what it was issued for", async () => {
  expect(await verifyAccessToken(secret, await issueAccessToken(secret, claims, now), now)).toEqual(claims);
});

test("it is good for fifteen minutes", async () => {
  const token = await issueAccessToken(secret, claims, now);
  expect(await verifyAccessToken(secret, token, plus(now, 899_000))).toEqual(claims);
  expect(await verifyAccessToken(secret, token, plus(now, 900_000))).toBe("expired");
  // Whoever forges one does not hear that.
  const forged = await issueAccessToken(new Uint8Array(32), claims, now);
  expect(await verifyAccessToken(secret, forged, plus(now, 900_000))).toBeNull();
});

test("another key, another audience, no signature or a changed token are worth nothing", async () => {
  const token = await issueAccessToken(secret, claims, now);
  const [header = "", , signature = ""] = token.split(".");
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: newId(), iss: "purser", aud: "purser-api" })).toString(
    "base64url",
  );
  const foreign = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .setSubject(claims.user_id)
    .setIssuer("purser")
    .setAudience("somebody-else")
    .setIssuedAt(new Date(now))
    .setExpirationTime(new Date(plus(now, 60_000)))
    .sign(secret);
  const unsigned = new UnsecuredJWT({ ...claims })
    .setSubject(claims.user_id)
    .setIssuer("purser")
    .setAudience("purser-api")
    .encode();
  expect(await verifyAccessToken(new Uint8Array(32), token, now)).toBeNull();
  for (const wrong of [`${header}.${forged}.${signature}`, foreign, unsigned, "", "a.b.c", "pk_123"]) {
    expect(await verifyAccessToken(secret, wrong, now)).toBeNull();
  }
});

test("a token whose claims are not all there is worth nothing", async () => {
  const { session_id: _, ...rest } = claims;
  const token = await issueAccessToken(secret, rest as AccessClaims, now);
  expect(await verifyAccessToken(secret, token, now)).toBeNull();
});
