import { type TProperties, Type } from "@sinclair/typebox";
import { writeAuditEntry } from "../../platform/access/audit.ts";
import { holds } from "../../platform/access/grants.ts";
import { find } from "../../platform/access/reach.ts";
import { action, type AnyAction } from "../../platform/action.ts";
import { plus } from "../../platform/clock.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow, Patch } from "../../platform/database/columns.ts";
import { fromEdge, newInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { conflict, invalidField } from "../../platform/errors.ts";
import { urlProblem } from "../../platform/outbound/outbound.ts";
import { clearedAtOnce } from "../../platform/jobs/clear.ts";
import { hintWork } from "../../platform/jobs/due-work.ts";
import { newId } from "../../platform/ids.ts";
import { t } from "../../platform/language/index.ts";
import { queueDelivery } from "./queue.ts";
import { isAskedFor, overlapMilliseconds, tidied } from "./rules.ts";
import { webhookEndpoints } from "./schema.ts";
import { newSecret, sealSecret } from "./signing.ts";

const permission = "webhooks.manage";
const names = ["url", "description", "is_active", "is_all_events"] as const;
const extra: TProperties = {
  event_names: Type.Optional(
    Type.Array(Type.String({ maxLength: 100 }), {
      maxItems: 200,
      title: "Events",
      description: "Names of events; `tickets.*` is every event of tickets, those too that are added later.",
    }),
  ),
};
const byId = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });

interface Given extends Record<string, unknown> {
  url?: string;
  is_all_events?: boolean;
  event_names?: string[];
}

/** What is wrong with where it goes and what it gets. */
function check(work: Work, { url, is_all_events, event_names = [] }: Given): void {
  const problem = url === undefined ? null : urlProblem(url.trim(), work.app.options.allowedNetworks);
  if (problem !== null) throw invalidField("url", `${t("Address")} ${t(problem)}.`, "refused_address");
  if (is_all_events !== true && event_names.length === 0)
    throw invalidField("event_names", t("Choose at least one event, or all."), "required");
  const { events, resources } = work.app.registry;
  for (const name of event_names)
    if (![...events.values()].some((one) => one.isPublic && isAskedFor(one.name, [name])))
      throw invalidField("event_names", t("There is no event {name}.", { name }), "not_found");
  // Who sends records elsewhere has to be allowed to see them, and all of them: a webhook gets what happens to every one.
  for (const { name, subject, isPublic } of events.values()) {
    if (!isPublic || subject === null || (is_all_events !== true && !isAskedFor(name, event_names))) continue;
    const needed = resources.get(subject.resource)?.table.readPermission ?? null;
    if (needed !== null && !holds(work.actor, { permission: needed, scope: "all" }))
      throw invalidField("event_names", t("You may not see all that {name} is about.", { name }), "forbidden");
  }
}

/** An endpoint with its secret, which is shown this once. */
export interface WithSecret {
  id: string;
  secret: string;
}

/** Adds a place that events are sent to. */
export const createEndpoint = action({
  name: "webhooks.create",
  permission,
  input: newInput(webhookEndpoints, names, extra),
  run: async (work: Work, input: Given): Promise<WithSecret> => {
    check(work, input);
    const secret = newSecret();
    const row = await insert(work, webhookEndpoints, {
      ...fromEdge(webhookEndpoints, input, work.tenant.currency),
      event_names: tidied(input.event_names ?? []),
      secret_sealed: sealSecret(work.app, work.tenant.id, secret),
    } as NewRow<typeof webhookEndpoints>);
    return { id: row.id, secret };
  },
});

/** Changes where it goes and what it gets. Switching it on again forgets why it was switched off. */
export const updateEndpoint = action({
  name: "webhooks.update",
  permission,
  input: patchInput(webhookEndpoints, names, extra),
  run: async (work: Work, { id, version, ...input }: Given & { id: string; version?: number }) => {
    const before = await find(work, "webhook_endpoints", id);
    const patch = fromEdge(webhookEndpoints, input, work.tenant.currency) as Patch<typeof webhookEndpoints>;
    if (input.event_names !== undefined) patch.event_names = tidied(input.event_names);
    check(work, { ...before, ...input } as Given);
    if (input["is_active"] === true && !before.is_active)
      Object.assign(patch, { disabled_at: null, disabled_reason: "", failing_since: null });
    return update(work, webhookEndpoints, id, patch, version);
  },
});

/** A month's deliveries in one statement would keep everybody else from being answered (decision 0031). */
async function forgetDeliveries({ db }: Work, endpointId: string): Promise<void> {
  for (let count = clearedAtOnce; count === clearedAtOnce;) {
    const rows = await db
      .selectFrom("webhook_deliveries")
      .select("id")
      .where("webhook_endpoint_id", "=", endpointId)
      .limit(clearedAtOnce)
      .execute();
    count = rows.length;
    if (count === 0) return;
    const ids = rows.map(({ id }) => id);
    await db.deleteFrom("webhook_attempts").where("webhook_delivery_id", "in", ids).execute();
    await db.deleteFrom("webhook_deliveries").where("id", "in", ids).execute();
  }
}

/** Deletes an endpoint with its deliveries. */
export const deleteEndpoint = action({
  name: "webhooks.delete",
  permission,
  input: patchInput(webhookEndpoints, []),
  run: async (work: Work, { id, version }: { id: string; version?: number }) => {
    await find(work, "webhook_endpoints", id);
    await forgetDeliveries(work, id);
    await remove(work, webhookEndpoints, id, version);
  },
});

/**
 * Gives an endpoint a new secret; the present one signs as well for 24 hours, and one from before it no more. So a form that
 * is sent twice has to be held to the version: the second new secret would end the one that the receiver still knows.
 */
export const rotateSecret = action({
  name: "webhooks.rotate_secret",
  permission,
  input: patchInput(webhookEndpoints, []),
  run: async (work: Work, { id, version }: { id: string; version?: number }): Promise<WithSecret> => {
    const before = await find(work, "webhook_endpoints", id);
    const secret = newSecret();
    const patch = {
      secret_sealed: sealSecret(work.app, work.tenant.id, secret),
      previous_secret_sealed: before.secret_sealed,
      previous_secret_until: plus(work.app.clock.now(), overlapMilliseconds),
    };
    await update(work, webhookEndpoints, id, patch, version);
    return { id, secret };
  },
});

/** Sends a test event to an endpoint, whatever events it gets. */
export const pingEndpoint = action({
  name: "webhooks.ping",
  permission,
  input: byId,
  run: async (work: Work, { id }: { id: string }) => {
    const endpoint = await find(work, "webhook_endpoints", id);
    if (!endpoint.is_active) throw conflict(t("This webhook is switched off."), "not_active");
    const occurred_at = work.app.clock.now();
    const { user_id, name: actor_name } = work.actor;
    const event = { id: newId(), name: "webhooks.ping", payload: {}, occurred_at, user_id, actor_name };
    const actor = { user_id, name: actor_name };
    const body = JSON.stringify({ id: event.id, type: event.name, occurred_at, actor, data: {}, record: null });
    await queueDelivery(work, id, event, body);
    return { id };
  },
});

/** Sends a delivery once more, with the same body and id; that somebody did so stands in the audit log. */
export const redeliver = action({
  name: "webhooks.redeliver",
  permission,
  input: byId,
  run: async (work: Work, { id }: { id: string }) => {
    const delivery = await find(work, "webhook_deliveries", id);
    const endpoint = await find(work, "webhook_endpoints", delivery.webhook_endpoint_id);
    if (!endpoint.is_active) throw conflict(t("This webhook is switched off."), "not_active");
    if (delivery.delivery_status === "sending") throw conflict(t("It is being sent right now."), "sending");
    const now = work.app.clock.now();
    await work.db
      .updateTable("webhook_deliveries")
      .set({ delivery_status: "queued", attempts: 0, next_attempt_at: now, last_error: "", updated_at: now })
      .where("id", "=", id)
      .execute();
    const { delivery_status, attempts } = delivery;
    const before = { event_name: delivery.event_name, delivery_status, attempts };
    writeAuditEntry(work, "update", "webhook_deliveries", id, before, { delivery_status: "queued", attempts: 0 });
    hintWork(work);
    return { id, webhook_endpoint_id: delivery.webhook_endpoint_id };
  },
});

export const webhookActions = [
  createEndpoint,
  updateEndpoint,
  deleteEndpoint,
  rotateSecret,
  pingEndpoint,
  redeliver,
] as unknown as AnyAction[];
