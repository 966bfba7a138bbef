import { Type } from "@sinclair/typebox";
import { action, type AnyAction } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import { update } from "../../platform/database/records.ts";
import { dropDelivery, retryDead, retryDelivery } from "../../platform/events/replay.ts";
import { organizations } from "../../platform/tenants.ts";

const permission = "settings.manage";
const byId = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });

/** Lets a handler try an event now: one that it had given up, or one that waits for its next turn. */
export const retryEventDelivery = action({
  name: "events.retry_delivery",
  permission,
  input: byId,
  run: (work: Work, { id }: { id: string }) => retryDelivery(work, id),
});

/** Lets a handler try everything that it has given up. */
export const retryDeadDeliveries = action({
  name: "events.retry_dead",
  permission,
  input: Type.Object({ handler: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
  run: async (work: Work, { handler }: { handler: string }) => ({ handler, retried: await retryDead(work, handler) }),
});

/** Decides that what was given up is not worth another try. */
export const dropEventDelivery = action({
  name: "events.drop_delivery",
  permission,
  input: byId,
  run: (work: Work, { id }: { id: string }) => dropDelivery(work, id),
});

export const retentionInput = Type.Object(
  { events_kept_days: Type.Integer({ minimum: 7, maximum: 3650, title: "Days" }) },
  { additionalProperties: false },
);

/** Sets how long what happened is kept. */
export const setRetention = action({
  name: "events.set_retention",
  permission,
  input: retentionInput,
  run: async (work: Work, { events_kept_days }: { events_kept_days: number }) => {
    const { id } = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
    return update(work, organizations, id, { events_kept_days });
  },
});

export const eventActions = [
  retryEventDelivery,
  retryDeadDeliveries,
  dropEventDelivery,
  setRetention,
] as unknown as AnyAction[];
