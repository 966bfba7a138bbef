import { Type } from "@sinclair/typebox";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { readVerb } from "../../platform/http/jsonapi/document.ts";
import { type Answer, type ApiAnswer, json, type Route } from "../../platform/http/route.ts";
import { startTimer, stopTimer } from "./actions/timer.ts";
import { activeTimer } from "./queries.ts";
import { timeEntryResource } from "./resources.ts";

const base = "/api/v1/time-entries/timer";

const nullableId = Type.Union([Type.String({ format: "uuid" }), Type.Null()]);
const nullableText = Type.Union([Type.String(), Type.Null()]);
const timer: ApiAnswer = {
  type: "timers",
  isNullable: true,
  attributes: Type.Object({
    started_at: Type.String({ format: "instant" }),
    minutes: Type.Integer(),
    ticket_id: nullableId,
    ticket_number: nullableText,
    ticket_title: nullableText,
    company_id: nullableId,
    work_type_id: nullableId,
    notes: Type.String(),
  }),
};

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
    doc: { summary: "One's running timer, or null.", answer: timer },
    handle: (ctx) => {
      return showTimer(ctx);
    },
  },
  {
    method: "POST",
    path: `${base}/start`,
    door: "api",
    permission: startTimer.permission,
    doc: {
      summary: "Start one's timer; 409 `timer_running` while another one runs.",
      input: { type: "timers", attributes: startTimer.input },
      isInputOptional: true,
      answer: timer,
      status: 201,
    },
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
    doc: {
      summary: "Stop one's timer and log its time.",
      input: { type: "timers", attributes: stopTimer.input },
      isInputOptional: true,
      answer: { one: "time_entries" },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      const entry = await perform(ctx, stopTimer, await readVerb(incoming, "timers", null));
      return showOne(ctx, timeEntryResource, entry.id, 201);
    },
  },
];
