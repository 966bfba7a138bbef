import { Type } from "@sinclair/typebox";
import {
  type AllowedNetwork,
  type AllowedNetworks,
  type GuardedDoor,
  guardedDoors,
  isAllowed,
} from "../../platform/access/allowed-networks.ts";
import { find } from "../../platform/access/reach.ts";
import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { PatchInput } from "../../platform/database/edge.ts";
import { update } from "../../platform/database/records.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { isNetwork } from "../../platform/networks.ts";
import { organizations } from "../../platform/tenants.ts";
import { securityAlerts } from "./schema.ts";

const networkList = Type.Optional(
  Type.Array(
    Type.Object(
      { network: Type.String({ minLength: 1, maxLength: 60 }), note: Type.Optional(Type.String({ maxLength: 200 })) },
      { additionalProperties: false },
    ),
    { maxItems: 200 },
  ),
);

/** What is sent: the lists that change; one that is left out stays. */
export const networksInput = Type.Object(
  { staff: networkList, portal: networkList, api: networkList, version: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);

type NetworksInput = Partial<Record<GuardedDoor, { network: string; note?: string }[]>> & { version?: number };

/** Says which networks may come in. Nobody can shut themselves out: the list they come in by has to hold their own address. */
export const setAllowedNetworks = action({
  name: "security.set_allowed_networks",
  permission: "security.manage",
  input: networksInput,
  run: async (work: Work, { version, ...input }: NetworksInput) => {
    const row = await work.db.selectFrom("organizations").selectAll().executeTakeFirstOrThrow();
    const lists: AllowedNetworks = { ...row.allowed_networks };
    for (const door of guardedDoors) {
      const given = input[door];
      if (given !== undefined) lists[door] = given.map((entry) => readEntry(door, entry));
    }
    const own = await ownDoor(work);
    // A program that says where the staff may come from says so of whoever runs it, too.
    const closed = [own, ...(own === "api" && input.staff !== undefined ? (["staff"] as const) : [])].find(
      (door) => !isAllowed(lists, door, work.request.ip),
    );
    if (work.actor.kind === "staff" && closed !== undefined)
      throw invalidField(
        closed,
        t("Your own address {address} is not in this list, so you would lock yourself out. Add it first.", {
          address: work.request.ip,
        }),
        "own_address",
      );
    return update(work, organizations, row.id, { allowed_networks: lists }, version);
  },
});

/** The way by which whoever is acting came in. */
async function ownDoor({ db, actor }: Work): Promise<GuardedDoor> {
  if (actor.session_id === null) return "api";
  const { session_kind } = await db
    .selectFrom("sessions")
    .select("session_kind")
    .where("id", "=", actor.session_id)
    .executeTakeFirstOrThrow();
  return session_kind === "api" ? "api" : "staff";
}

function readEntry(door: GuardedDoor, { network, note = "" }: { network: string; note?: string }): AllowedNetwork {
  if (isNetwork(network.trim())) return { network: network.trim(), note: note.trim() };
  throw invalidField(
    door,
    t("“{network}” is neither an address nor a network such as 203.0.113.0/24.", { network }),
    "invalid_network",
  );
}

/** Says how long the access log of the API is kept. */
export const setApiLogDays = action({
  name: "security.set_api_log_days",
  permission: "security.manage",
  input: Type.Object(
    {
      api_log_days: Type.Integer({ minimum: 1, maximum: 3650, title: "Days" }),
      version: Type.Optional(Type.Integer()),
    },
    { additionalProperties: false },
  ),
  run: async (work: Work, { api_log_days, version }: { api_log_days: number; version?: number }) => {
    const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    return update(work, organizations, row.id, { api_log_days }, version);
  },
});

/** Somebody has looked at an alert, which is done once: who did it first stays. It stays in the list of those that are done. */
export const acknowledgeAlert = action({
  name: "security_alerts.acknowledge",
  permission: "audit.read",
  input: Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  isForMany: true,
  run: async (work: Work, { id, version }: PatchInput) => {
    const before = await find(work, "security_alerts", id);
    if (before.acknowledged_at !== null) return before;
    const done = { acknowledged_at: work.app.clock.now(), acknowledged_by_id: work.actor.user_id };
    return update(work, securityAlerts, id, done, version);
  },
});
