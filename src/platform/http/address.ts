import { isIP } from "node:net";
import { isInNetworks } from "../networks.ts";

/**
 * The client's address. Forwarded headers count only when they come from a proxy we were told to trust; then it is the
 * last address in the chain that is not a trusted proxy itself. What stands before an entry that is no address was written by
 * whoever was not trusted, and is not looked at.
 */
export function clientAddress(headers: Headers, peer: string, trustedProxies: readonly string[]): string {
  const plainPeer = plain(peer);
  if (!isInNetworks(plainPeer, trustedProxies)) return plainPeer;
  const entries = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => plain(withoutPort(part.trim())));
  const chain = entries.slice(entries.findLastIndex((entry) => isIP(entry) === 0) + 1);
  return chain.findLast((address) => !isInNetworks(address, trustedProxies)) ?? chain[0] ?? plainPeer;
}

/**
 * The origin that a request was sent to, as its sender sees it. A browser names it when it sends something; else a proxy that
 * we were told to trust names the scheme, and without one it is http, for Purser speaks nothing else itself.
 */
export function originOf(request: Request, peer: string, trustedProxies: readonly string[]): string {
  const host = (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
  const named = URL.parse(request.headers.get("origin") ?? "");
  if (named !== null && named.host === host) return named.origin;
  const forwarded = (request.headers.get("x-forwarded-proto") ?? "").split(",")[0]?.trim().toLowerCase();
  const isSecure = forwarded === "https" && isInNetworks(plain(peer), trustedProxies);
  return `${isSecure ? "https" : "http"}://${host}`;
}

/** Some proxies write the port as well: `203.0.113.5:51234`, `[2001:db8::1]:443`. */
function withoutPort(entry: string): string {
  return entry.replace(/^\[([^\]]*)\](:\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

/** IPv4 addresses that arrive as IPv6 (`::ffff:10.0.0.1`) as what they are. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
