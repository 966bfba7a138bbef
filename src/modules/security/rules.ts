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
