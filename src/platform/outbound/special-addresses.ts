import { isIP } from "node:net";
import { isInNetworks } from "../networks.ts";

/**
 * Addresses that are not of the public internet: who may have Purser call an address of their choice must not reach the
 * machine itself, its neighbours, or a cloud's metadata service by it (IANA's special-purpose registries).
 */
const specialV4 = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT; some clouds keep metadata here
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local: 169.254.169.254 is the metadata service
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
];

/** Only 2000::/3 is given out at all; these are the parts of it that are special, or carry an IPv4 address. */
const specialV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Whether an address (as `node:dns` or a URL writes it) is not one of the public internet. */
export function isSpecialAddress(text: string): boolean {
  const address = text.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIP(address) === 4) return isInNetworks(address, specialV4);
  if (isIP(address) !== 6) return true;
  const mapped = mappedV4(address);
  if (mapped !== null) return isSpecialAddress(mapped);
  return !isInNetworks(address, ["2000::/3"]) || isInNetworks(address, specialV6);
}

/** The IPv4 address inside `::ffff:a.b.c.d` (also written in hex) or `64:ff9b::/96`, or null. */
export function mappedV4(address: string): string | null {
  // A URL writes every form the same way: the last 32 bits as two groups of hex digits.
  const normal = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, high = "", low = ""] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(normal) ?? [];
  if (low === "") return null;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
}
