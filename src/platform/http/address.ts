import { BlockList, isIP } from "node:net";

/**
 * The client's address. Forwarded headers count only when they come from a proxy we were told to trust; then it is the
 * last address in the chain that is not a trusted proxy itself.
 */
export function clientAddress(headers: Headers, peer: string, trustedProxies: readonly string[]): string {
  const trusted = blockList(trustedProxies);
  const plainPeer = plain(peer);
  if (!contains(trusted, plainPeer)) return plainPeer;
  const chain = (headers.get("x-forwarded-for") ?? "")
    .split(",")
    .map((part) => plain(part.trim()))
    .filter((part) => isIP(part) !== 0);
  return chain.findLast((address) => !contains(trusted, address)) ?? chain[0] ?? plainPeer;
}

const lists = new Map<string, BlockList>();

function blockList(networks: readonly string[]): BlockList {
  const key = networks.join(",");
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  lists.set(key, list);
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** IPv4 addresses that arrive as IPv6 (`::ffff:10.0.0.1`) as what they are. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
