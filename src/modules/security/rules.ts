import type { AllowedNetwork } from "../../platform/access/allowed-networks.ts";
import { isNetwork } from "../../platform/networks.ts";

/** A list of networks as people type it: one a line, what it is behind it. `203.0.113.0/24 Office Hamburg` */
export function readNetworks(text: string): { networks: AllowedNetwork[]; wrong: string[] } {
  const networks: AllowedNetwork[] = [];
  const wrong: string[] = [];
  for (const line of text.split("\n")) {
    const [network = "", ...rest] = line.trim().split(/\s+/);
    if (network === "") continue;
    if (isNetwork(network)) networks.push({ network, note: rest.join(" ") });
    else wrong.push(network);
  }
  return { networks, wrong };
}

/** The same list to be typed on. */
export function networksText(networks: readonly AllowedNetwork[]): string {
  return networks.map(({ network, note }) => `${network} ${note}`.trim()).join("\n");
}

/** What lets somebody change who may do what, who gets in, or what leaves the organization: to administer it. */
export const administering: readonly string[] = [
  "data.export",
  "oauth.manage",
  "security.manage",
  "settings.manage",
  "staff.manage",
  "webhooks.manage",
];

/**
 * Whether rights that grow are worth a look. Somebody who is in already, and a role that somebody has, always; an invitation
 * and a role that is only just made do nothing yet, so only when they are to administer.
 */
export function isRaiseWorthALook(raise: { permissions: readonly string[]; is_in_use?: boolean }): boolean {
  return raise.is_in_use !== false || raise.permissions.some((name) => administering.includes(name));
}

/** How many failed sign-ins within a quarter of an hour are many: for one account, and from one address. */
export const manyFailures = { account: 5, address: 20, minutes: 15 } as const;

interface Failure {
  email: string;
  ip_address: string;
}

/**
 * What the newest failure makes of those before it: the account, or else the address, for which it is the one too many.
 * Each further round of as many is told again.
 */
export function tooMany(
  failures: readonly Failure[],
  newest: Failure,
): { about: "account" | "address"; count: number } | null {
  const ofAccount = failures.filter(({ email }) => email === newest.email).length;
  const ofAddress = failures.filter(({ ip_address }) => ip_address === newest.ip_address).length;
  if (ofAccount > 0 && ofAccount % manyFailures.account === 0) return { about: "account", count: ofAccount };
  if (ofAddress > 0 && ofAddress % manyFailures.address === 0) return { about: "address", count: ofAddress };
  return null;
}
