import { type Static, Type } from "@sinclair/typebox";
import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { forbidden, invalid, invalidField, unauthorized } from "../../platform/errors.ts";
import { readDocument, readVerb, refuseMembers } from "../../platform/http/jsonapi/document.ts";
import { mostAtOnce } from "../../platform/http/lists/bulk.ts";
import { idsOf } from "../../platform/http/lists/order.ts";
import { listState } from "../../platform/http/lists/state.ts";
import { type Answer, json, type Route } from "../../platform/http/route.ts";
import { begin, undoRun } from "./start.ts";

/** Any action that is for many records: the same report as on the pages. */

const input = Type.Object(
  {
    action: Type.String({
      maxLength: 100,
      description: "The name of an action that is for many records, such as tickets.update.",
    }),
    ids: Type.Optional(Type.Array(Type.String({ format: "uuid" }), { maxItems: mostAtOnce })),
    list: Type.Optional(
      Type.String({ maxLength: 100, description: "Instead of ids: a list page, such as /tickets …" }),
    ),
    query: Type.Optional(Type.String({ maxLength: 4000, description: "… with the parameters of its address." })),
    input: Type.Optional(Type.Object({}, { additionalProperties: true })),
  },
  { additionalProperties: false },
);

const item = Type.Object({ id: Type.String(), outcome: Type.String(), reason: Type.String() });
const shown = Type.Object({
  title: Type.String(),
  action: Type.String(),
  run_state: Type.String(),
  total_count: Type.Integer(),
  done_count: Type.Integer(),
  skipped_count: Type.Integer(),
  failed_count: Type.Integer(),
  created_at: Type.String(),
  finished_at: Type.Union([Type.String(), Type.Null()]),
  items: Type.Array(item),
});

function requireStaff({ actor }: Ctx): void {
  if (actor.user_id === null) throw unauthorized();
  if (actor.kind !== "staff") throw forbidden();
}

async function show(ctx: Ctx, id: string, status: number): Promise<Answer> {
  const row = await find(ctx, "bulk_runs", id);
  const items = await ctx.db
    .selectFrom("bulk_items")
    .select(["entity_id as id", "outcome", "reason"])
    .where("run_id", "=", id)
    .orderBy("item_number")
    .execute();
  const { title, run_state, total_count, done_count, skipped_count, failed_count, created_at, finished_at } = row;
  const counts = { total_count, done_count, skipped_count, failed_count };
  return json(
    {
      jsonapi: { version: "1.1" },
      links: { self: `/api/v1/bulk/${id}` },
      data: {
        type: "bulk_runs",
        id,
        attributes: {
          title,
          action: row.action_name,
          run_state,
          ...counts,
          created_at,
          finished_at,
          items,
        },
      },
    },
    status,
    { location: `/api/v1/bulk/${id}` },
  );
}

async function start(ctx: Ctx, document: unknown): Promise<Answer> {
  const given = readDocument(document, "bulk_runs", null);
  const problems = validate(input, given);
  if (problems.length > 0) throw invalid(problems);
  const asked = given as Static<typeof input>;
  const action = ctx.app.registry.actions.get(asked.action);
  if (action?.isForMany !== true)
    throw invalidField("action", "There is no action of this name that is for many records.", "not_found");
  const ids = asked.ids ?? (await matching(ctx, asked));
  const run = await begin(ctx, {
    title: asked.action,
    action,
    input: asked.input ?? {},
    items: [...new Set(ids)].map((entity_id) => ({ entity_id, label: "" })),
  });
  return reading(ctx, (reader) => show(reader, run.id, run.run_state === "finished" ? 201 : 202));
}

async function matching(ctx: Ctx, asked: Static<typeof input>): Promise<string[]> {
  const found = ctx.app.registry.lists.get(asked.list ?? "");
  if (found === undefined) throw invalidField("ids", "Name the records by ids, or by list and query.", "required");
  if (!can(ctx.actor, found.permission)) throw forbidden();
  const url = new URL(found.list.url, "http://list.invalid");
  url.search = asked.query ?? "";
  return reading(ctx, async (reader) => idsOf(reader, await listState(reader, url, found.list), mostAtOnce));
}

export const bulkApi: Route[] = [
  {
    method: "POST",
    path: "/api/v1/bulk",
    door: "api",
    permission: null,
    doc: {
      summary:
        "Runs an action for many records and reports what was done, skipped and failed; beyond 200 records it goes on by itself (202).",
      input: { type: "bulk_runs", attributes: input },
      answer: { type: "bulk_runs", attributes: shown },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      // Whoever is nobody hears that first, whatever they send.
      requireStaff(ctx);
      return start(ctx, await incoming.json());
    },
  },
  {
    method: "GET",
    path: "/api/v1/bulk/:id",
    door: "api",
    permission: null,
    doc: {
      summary: "Shows how far a bulk change has come, and what became of each record.",
      answer: { type: "bulk_runs", attributes: shown },
    },
    handle: async (ctx, incoming) => {
      requireStaff(ctx);
      return show(ctx, incoming.params["id"] ?? "", 200);
    },
  },
  {
    method: "POST",
    path: "/api/v1/bulk/:id/undo",
    door: "api",
    permission: null,
    doc: {
      summary: "Takes back what a bulk change has done, within 30 minutes; records changed since stay as they are.",
      answer: { type: "bulk_runs", attributes: shown },
      status: 201,
    },
    handle: async (ctx, incoming) => {
      requireStaff(ctx);
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "bulk_runs", id));
      refuseMembers(await readVerb(incoming, "bulk_runs", id));
      const run = await undoRun(ctx, id);
      return reading(ctx, (reader) => show(reader, run.id, run.run_state === "finished" ? 201 : 202));
    },
  },
];
