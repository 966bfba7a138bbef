import { BlockList, isIP } from "node:net";

/** Addresses and networks (`10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`), as operators and settings name them. */

const lists = new Map<string, BlockList>();
const mostLists = 1000;

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
  if (lists.size >= mostLists) lists.clear();
  lists.set(key, list);
  return list;
}

/** Whether an address belongs to one of the networks; what is no address belongs to none. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const family = isIP(address);
  return family !== 0 && blockList(networks).check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Whether a text names an address or a network. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
