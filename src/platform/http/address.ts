import { isIP } from "node:net";
import { isInNetworks } from "../networks.ts";

/**
 * The client's address. Forwarded headers count only when they come from a proxy we were told to trust; then it is the
 * last address in the chain that is not a trusted proxy itself.
 */
export function clientAddress(headers: Headers, peer: string, trustedProxies: readonly string[]): string {
  const plainPeer = plain(peer);
  if (!isInNetworks(plainPeer, trustedProxies)) return plainPeer;
  const chain = (headers.get("x-forwarded-for") ?? "")
    .split(",")
    .map((part) => plain(part.trim()))
    .filter((part) => isIP(part) !== 0);
  return chain.findLast((address) => !isInNetworks(address, trustedProxies)) ?? chain[0] ?? plainPeer;
}

/** IPv4 addresses that arrive as IPv6 (`::ffff:10.0.0.1`) as what they are. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
