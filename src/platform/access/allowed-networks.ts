import { forbidden } from "../errors.ts";
import type { Door } from "../http/route.ts";
import { t } from "../language/index.ts";
import { isInNetworks } from "../networks.ts";

/** The ways in that can be held to networks of their own (PRD 3.18 "IP allowlisting"). */
export const guardedDoors = ["staff", "portal", "api"] as const;
export type GuardedDoor = (typeof guardedDoors)[number];

/** A network that may come in, and what it is: `{ network: "203.0.113.0/24", note: "Office" }`. */
export interface AllowedNetwork {
  network: string;
  note: string;
}

/** By way in; a list that is missing or empty lets everybody in. */
export type AllowedNetworks = Partial<Record<GuardedDoor, AllowedNetwork[]>>;

/** Which list holds for a route: its door's, and for pages that are open before signing in that of the pages they lead to. */
function guardedDoorOf(door: Door, path: string): GuardedDoor | null {
  const isPortal = /^\/(api\/v1\/)?portal(\/|$)/.test(path);
  if (isPortal) return "portal";
  if (path.startsWith("/api/")) return "api";
  if (door === "hook") return null;
  return "staff";
}

/** Whether an address may come in by a way. */
export function isAllowed(lists: AllowedNetworks, door: GuardedDoor, address: string): boolean {
  const list = lists[door] ?? [];
  return (
    list.length === 0 ||
    isInNetworks(
      address,
      list.map(({ network }) => network),
    )
  );
}

/** @throws Failure 403 `address_not_allowed` when this address may not use the route */
export function checkAddress(lists: AllowedNetworks, door: Door, path: string, address: string): void {
  const guarded = guardedDoorOf(door, path);
  if (guarded === null || isAllowed(lists, guarded, address)) return;
  throw forbidden(
    t("Purser cannot be used from your network address ({address}). Ask your administrator.", { address }),
    "address_not_allowed",
  );
}
