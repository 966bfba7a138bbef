import { find, reach } from "../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { hoursOf } from "../../platform/decimal.ts";
import { activityRoute } from "../../platform/http/activity-route.ts";
import { showOne } from "../../platform/http/jsonapi.ts";
import { resourceObjects } from "../../platform/http/jsonapi-objects.ts";
import { ifMatch, readDocument, readVerb, refuseParameters } from "../../platform/http/jsonapi-document.ts";
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

/** A verb on a contract; its body may be left out. */
function verb(name: string, action: AnyAction): Route {
  return {
    method: "POST",
    path: `${base}/${name}`,
    door: "api",
    permission: action.permission,
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "contracts", id));
      await perform(ctx, action, { ...(await readVerb(incoming, "contracts", id)), id, ...ifMatch(incoming) });
      return showOne(ctx, contractResource, id);
    },
  };
}

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
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
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
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
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
  verb("activate", activateContract as AnyAction),
  verb("cancel", cancelContract as AnyAction),
  verb("renew", renewContract as AnyAction),
  verb("archive", archiveContract as AnyAction),
  verb("restore", restoreContract as AnyAction),
  activityRoute("contracts", "contracts", "contracts.read"),
];
