import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { showOne } from "../../platform/http/jsonapi.ts";
import { readVerb, refuseParameters } from "../../platform/http/jsonapi-document.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { startTimer, stopTimer } from "./actions/timer.ts";
import { activeTimer } from "./queries.ts";
import { timeEntryResource } from "./resources.ts";

const base = "/api/v1/time-entries/timer";

async function showTimer(ctx: Ctx, status = 200): Promise<Answer> {
  const timer = await reading(ctx, activeTimer);
  const { id, ...attributes } = timer ?? { id: "" };
  const data = timer === null ? null : { type: "timers", id, attributes };
  return json({ jsonapi: { version: "1.1" }, links: { self: `${base}/active` }, data }, status);
}

/** The timer over the API (PRD 3.5.3). */
export const timerApi: Route[] = [
  {
    method: "GET",
    path: `${base}/active`,
    door: "api",
    permission: "time.read",
    handle: (ctx, incoming) => {
      refuseParameters(incoming);
      return showTimer(ctx);
    },
  },
  {
    method: "POST",
    path: `${base}/start`,
    door: "api",
    permission: startTimer.permission,
    handle: async (ctx, incoming) => {
      await perform(ctx, startTimer, await readVerb(incoming, "timers", null));
      return showTimer(ctx, 201);
    },
  },
  {
    method: "POST",
    path: `${base}/stop`,
    door: "api",
    permission: stopTimer.permission,
    handle: async (ctx, incoming) => {
      const entry = await perform(ctx, stopTimer, await readVerb(incoming, "timers", null));
      return showOne(ctx, timeEntryResource, entry.id, 201);
    },
  },
];
