export interface CookieOptions {
  /** Where the pages are reached from outside: an https address makes the cookie secure. */
  publicUrl: string;
  /** Seconds until the browser forgets it; 0 deletes it at once; left out: until the browser is closed. */
  maxAgeSeconds?: number;
}

/** The session cookie of staff. */
export function staffCookieName(publicUrl: string): string {
  return hostCookieName("purser", publicUrl);
}

/** The session cookie of portal users: one browser may be signed in at both doors. */
export function portalCookieName(publicUrl: string): string {
  return hostCookieName("purser_portal", publicUrl);
}

/** A name with the `__Host-` prefix where the pages are https: then no sibling domain can plant the cookie (RFC 6265bis 4.1.3.2). */
export function hostCookieName(name: string, publicUrl: string): string {
  return isHttps(publicUrl) ? `__Host-${name}` : name;
}

/**
 * A `Set-Cookie` value: HttpOnly, SameSite=Lax, for the whole site, Secure where the pages are https.
 * @throws when name or value hold what a cookie cannot; encode before.
 */
export function serializeCookie(name: string, value: string, { publicUrl, maxAgeSeconds }: CookieOptions): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value)) {
    throw new Error(`cookie ${name} holds characters that a cookie cannot carry`);
  }
  const parts = [`${name}=${value}`, "Path=/", "HttpOnly", "SameSite=Lax"];
  if (isHttps(publicUrl)) parts.push("Secure");
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${Math.trunc(maxAgeSeconds)}`);
  return parts.join("; ");
}

/** The cookies of a `Cookie` header. Of two with the same name the first counts: browsers send the most specific one first. */
export function parseCookies(header: string | null): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at < 1) continue;
    const name = part.slice(0, at).trim();
    if (name !== "" && !cookies.has(name))
      cookies.set(
        name,
        part
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1"),
      );
  }
  return cookies;
}

/** One cookie of a request, or undefined: most requests bring none of those that are asked for by themselves. */
export function cookieNamed(name: string, { headers }: Pick<Request, "headers">): string | undefined {
  const header = headers.get("cookie");
  return header?.includes(name) === true ? parseCookies(header).get(name) : undefined;
}

function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith("https://");
}
