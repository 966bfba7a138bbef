import { readFileSync } from "node:fs";
import { listen } from "bun";

/** The lowest port that the system gives out by itself: to connections, and to whoever listens on port 0. */
function lowestGivenOut(): number {
  try {
    return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s/)[0]);
  } catch {
    // No Linux: elsewhere they begin higher than here.
    return 32_768;
  }
}

const from = 15_000;
const until = lowestGivenOut();

/**
 * A loopback TCP port that nobody listens on. It is none of those that the system gives out, so it stays free until it is
 * used, also when a server that had it is started again.
 *
 * @throws when this machine gives out nearly all ports by itself
 */
export function freePort(): number {
  for (let tries = 0; until > from && tries < 100; tries += 1) {
    const port = from + Math.floor(Math.random() * (until - from));
    if (isFree(port)) return port;
  }
  throw new Error(`found no free port from ${from} up to where the system gives them out (${until})`);
}

function isFree(port: number): boolean {
  try {
    listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).stop(true);
    return true;
  } catch {
    return false;
  }
}
