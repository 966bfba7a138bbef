import { Type } from "@sinclair/typebox";
import { find, reach } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { hoursOf } from "../../platform/decimal.ts";
import { activityRoute } from "../../platform/http/jsonapi/activity-route.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { archiveRoutes, verbRoute } from "../../platform/http/jsonapi/verb-route.ts";
import { resourceObjects } from "../../platform/http/jsonapi/objects.ts";
import { readDocument } from "../../platform/http/jsonapi/document.ts";
import { json, type Route } from "../../platform/http/route.ts";
import { createItem } from "./actions/items.ts";
import {
  activateContract,
  archiveContract,
  cancelContract,
  renewContract,
  restoreContract,
} from "./actions/lifecycle.ts";
import { type HoursLeft, hoursLeft } from "./hours.ts";
import { contractItemResource, contractResource } from "./resources.ts";

const base = "/api/v1/contracts/:id";

const hours = Type.String({ format: "decimal" });
const balance = Type.Object({
  contract_item_id: Type.String({ format: "uuid" }),
  name: Type.String(),
  period_start: Type.String({ format: "date" }),
  period_end: Type.String({ format: "date" }),
  hours_included: hours,
  rollover_hours: hours,
  hours_used: hours,
  hours_remaining: hours,
});
const hoursMeta = Type.Object({ hours_total: hours, hours_used: hours, hours_remaining: hours, hours_over: hours });

function balanceDocument(hours: HoursLeft): object[] {
  return hours.buckets.map((bucket) => ({
    type: "hour_balances",
    id: `${bucket.contract_item_id}:${bucket.start}`,
    attributes: {
      contract_item_id: bucket.contract_item_id,
      name: bucket.name,
      period_start: bucket.start,
      period_end: bucket.end,
      hours_included: hoursOf(bucket.included_minutes),
      rollover_hours: hoursOf(bucket.rollover_minutes),
      hours_used: hoursOf(bucket.used_minutes),
      hours_remaining: hoursOf(bucket.left_minutes),
    },
  }));
}

/** What the contract's resource does not bring by itself (PRD 3.8.3). */
export const contractApi: Route[] = [
  {
    method: "GET",
    path: `${base}/items`,
    door: "api",
    permission: "contracts.read",
    doc: { summary: "The items of a contract, all of them in their order.", answer: { many: "contract_items" } },
    handle: async (ctx, incoming) => {
      const contract = await find(ctx, "contracts", incoming.params["id"] ?? "");
      const rows = await reach(ctx, "contract_items")
        .selectAll()
        .where("contract_id", "=", contract.id)
        .orderBy("sort_order")
        .orderBy("id")
        .execute();
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: await resourceObjects(ctx, contractItemResource, rows),
      });
    },
  },
  {
    method: "POST",
    path: `${base}/items`,
    door: "api",
    permission: createItem.permission,
    doc: {
      summary: "Add an item to a contract.",
      input: { type: "contract_items", attributes: Type.Omit(createItem.input, ["contract_id"]) },
      answer: { one: "contract_items" },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const contract = await reading(ctx, (reader) => find(reader, "contracts", incoming.params["id"] ?? ""));
      const attributes = readDocument(await incoming.json(), contractItemResource.type, null);
      const item = await perform(ctx, createItem, { ...attributes, contract_id: contract.id });
      return showOne(ctx, contractItemResource, item.id, 201);
    },
  },
  {
    method: "GET",
    path: `${base}/hour-balance`,
    door: "api",
    permission: "contracts.read",
    doc: {
      summary: "The prepaid hours of a contract, as they are now.",
      answer: { type: "hour_balances", attributes: balance, isList: true, meta: hoursMeta },
    },
    handle: async (ctx, incoming) => {
      const hours = await hoursLeft(ctx, incoming.params["id"] ?? "");
      const meta = {
        hours_total: hoursOf(hours.total_minutes),
        hours_used: hoursOf(hours.used_minutes),
        hours_remaining: hoursOf(hours.left_minutes),
        hours_over: hoursOf(hours.overage_minutes),
      };
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: balanceDocument(hours),
        meta,
      });
    },
  },
  verbRoute(contractResource, "activate", activateContract as AnyAction, "Put a contract into force."),
  verbRoute(contractResource, "cancel", cancelContract as AnyAction, "End a contract."),
  verbRoute(contractResource, "renew", renewContract as AnyAction, "Renew a contract for another term."),
  ...archiveRoutes(contractResource, archiveContract as AnyAction, restoreContract as AnyAction),
  activityRoute("contracts", "contracts", "contracts.read"),
];
