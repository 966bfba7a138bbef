import { errors, jwtVerify, SignJWT } from "jose";

/** What a short-lived access token of the API says about its bearer. The session behind it is still looked up. */
export interface AccessClaims {
  tenant_id: string;
  user_id: string;
  session_id: string;
  kind: "staff" | "portal";
}

const issuer = "purser";
const audience = "purser-api";

/**
 * A signed access token (JWT, HS256).
 * @param secret the tenant's own key, at least 256 bits
 * @param now the present instant, ISO-8601
 * @param ttlSeconds how long the token is good for
 */
export function issueAccessToken(
  secret: Uint8Array,
  claims: AccessClaims,
  now: string,
  ttlSeconds = 900,
): Promise<string> {
  const issued = Math.floor(new Date(now).getTime() / 1000);
  const { tenant_id, session_id, kind } = claims;
  return new SignJWT({ tenant_id, session_id, kind })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .setSubject(claims.user_id)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issued)
    .setExpirationTime(issued + ttlSeconds)
    .sign(secret);
}

/**
 * The claims of a token that was signed with this key and is good at `now`; `expired` when only its time is over, null for
 * anything else. Never throws.
 */
export async function verifyAccessToken(
  secret: Uint8Array,
  token: string,
  now: string,
): Promise<AccessClaims | "expired" | null> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ["HS256"],
      typ: "at+jwt",
      issuer,
      audience,
      currentDate: new Date(now),
      requiredClaims: ["sub", "iat", "exp"],
    });
    const { sub: user_id, tenant_id, session_id, kind } = payload;
    if (typeof user_id !== "string" || typeof tenant_id !== "string" || typeof session_id !== "string") return null;
    if (kind !== "staff" && kind !== "portal") return null;
    return { tenant_id, user_id, session_id, kind };
  } catch (error) {
    // The signature is looked at first, so whoever hears that it is over has once been given it.
    return error instanceof errors.JWTExpired ? "expired" : null;
  }
}
