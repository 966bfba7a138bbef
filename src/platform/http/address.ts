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

/** Some proxies write the port as well: `203.0.113.5:51234`, `[2001:db8::1]:443`. */
function withoutPort(entry: string): string {
  return entry.replace(/^\[([^\]]*)\](:\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}

/** IPv4 addresses that arrive as IPv6 (`::ffff:10.0.0.1`) as what they are. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
