import { Type } from "@sinclair/typebox";
import { platformPermission } from "../../platform/access/platform.ts";
import { find } from "../../platform/access/reach.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import { malformed } from "../../platform/errors.ts";
import { noId } from "../../platform/ids.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { checkMatch, ifMatch, readDocument, readVerb, refuseMembers } from "../../platform/http/jsonapi/document.ts";
import { type Answer, type ApiDoc, type Incoming, json, type Route } from "../../platform/http/route.ts";
import { resource } from "../../platform/resource.ts";
import { tenants } from "../../platform/tenants.ts";
import {
  activateTenant,
  createTenant,
  newTenantInput,
  suspendInput,
  suspendTenant,
  tenantInput,
  updateTenant,
} from "./actions.ts";
import { addDomain, claimsOf, domainInput, domainsOf, makePrimary, removeDomain } from "./domains/actions.ts";
import { sessionRoutes } from "./operators/api.ts";
import { operatorLog, tenantTasks } from "./schema.ts";
import { deletionInput, requestDeletion, requestExport, requestRotation } from "./tasks/queue.ts";
import { measureNow, usageOf } from "./usage.ts";

/** The operators' API (PRD 3.2.2), at their own host. */

export const tenantResource = resource({
  type: "tenants",
  table: tenants,
  permission: platformPermission,
  sort: "name",
  calculated: ["state", "domains"],
  extend: async (ctx, rows) => {
    const ids = rows.map((row) => String(row["id"]));
    const domains = await reading(ctx, ({ db }) =>
      db
        .selectFrom("tenant_domains")
        .select(["domain", "is_primary", "domain_tenant_id"])
        .where("domain_tenant_id", "in", ids.length === 0 ? [noId] : ids)
        .orderBy("is_primary", "desc")
        .orderBy("domain")
        .execute(),
    );
    return rows.map((row) => ({
      state: row["deleting_at"] != null ? "deleting" : row["suspended_at"] != null ? "suspended" : "active",
      domains: domains
        .filter((one) => one.domain_tenant_id === row["id"])
        .map(({ domain, is_primary }) => ({ domain, is_primary })),
    }));
  },
});

export const taskResource = resource({
  type: "tenant_tasks",
  table: tenantTasks,
  permission: platformPermission,
  sort: "-created_at",
});

export const logResource = resource({
  type: "operator_log",
  table: operatorLog,
  permission: platformPermission,
  sort: "-timestamp",
});

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";

function route(method: Route["method"], path: string, doc: ApiDoc, handle: Route["handle"]): Route {
  const at = { method, path: `/api/v1/tenants${path}`, door: "api", permission: platformPermission } as const;
  return { ...at, isOutsideRead: true, handle, doc };
}

async function exists(ctx: Ctx, incoming: Incoming): Promise<string> {
  const row = await reading(ctx, (reader) => find(reader, "tenants", idOf(incoming)));
  if (incoming.request.method !== "GET") checkMatch(incoming, row);
  return idOf(incoming);
}

/** For verbs that take nothing. */
async function withoutInput(ctx: Ctx, incoming: Incoming): Promise<string> {
  const id = await exists(ctx, incoming);
  refuseMembers(await readVerb(incoming, "tenants", id));
  return id;
}

const change = async (ctx: Ctx, incoming: Incoming): Promise<Answer> => {
  const id = await exists(ctx, incoming);
  await updateTenant(ctx, { ...readDocument(await incoming.json(), "tenants", id), id, ...ifMatch(incoming) });
  return showOne(ctx, tenantResource, id);
};

function task(ctx: Ctx, id: string): Promise<Answer> {
  return showOne(ctx, taskResource, id, 202);
}

/** The days of `filter[from]` to `filter[to]`, the last thirty unless told; CSV when that is asked for. */
async function usage(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const id = await exists(ctx, incoming);
  const { searchParams } = incoming.url;
  const day = (name: string, fallback: string): string => {
    const given = searchParams.get(name) ?? fallback;
    if (!/^\d{4}-\d\d-\d\d$/.test(given) || Number.isNaN(Date.parse(given)))
      throw malformed(`${name} must be a date such as 2026-11-21.`, "bad_filter");
    return given;
  };
  const today = ctx.app.clock.now().slice(0, 10);
  const monthAgo = Temporal.PlainDate.from(today).subtract({ days: 29 }).toString();
  const [from, to] = [day("filter[from]", monthAgo), day("filter[to]", today)];
  await measureNow(ctx.app, id);
  const rows = await reading(ctx, ({ db }) => usageOf(db, id, from, to));
  return json({
    jsonapi: { version: "1.1" },
    links: { self: incoming.url.pathname + incoming.url.search },
    data: rows.map((attributes) => ({ type: "tenant_usage", id: `${id}:${attributes.used_on}`, attributes })),
  });
}

async function domains(ctx: Ctx, id: string, status = 200): Promise<Answer> {
  return reading(ctx, async ({ db }) =>
    json(
      {
        jsonapi: { version: "1.1" },
        data: [
          ...(await domainsOf(db, id)).map(({ domain, ...attributes }) => ({
            type: "domains",
            id: domain,
            attributes: { ...attributes, is_verified: true },
          })),
          ...(await claimsOf(db, id)).map(({ domain, last_problem }) => ({
            type: "domains",
            id: domain,
            attributes: { is_primary: false, is_verified: false, last_problem },
          })),
        ],
      },
      status,
    ),
  );
}

const domainAnswer: ApiDoc["answer"] = {
  type: "domains",
  attributes: Type.Object({
    is_primary: Type.Boolean({ description: "Links are made with it." }),
    is_verified: Type.Boolean({ description: "Leads here; otherwise it is claimed and not yet proved." }),
    created_at: Type.Optional(Type.String({ format: "date-time" })),
    last_problem: Type.Optional(Type.String({ description: "Why the last look for the proof found none." })),
  }),
  isList: true,
};
const usageAttributes = Type.Object({
  used_on: Type.String({ format: "date" }),
  staff_count: Type.Integer(),
  portal_user_count: Type.Integer(),
  ticket_count: Type.Integer({ description: "Opened on the day." }),
  storage_kb: Type.Integer(),
  request_count: Type.Integer(),
  mail_count: Type.Integer({ description: "Sent on the day." }),
});
const taskAnswer: ApiDoc["answer"] = { one: "tenant_tasks" };

export const operatorApi: Route[] = [
  ...sessionRoutes,
  route(
    "POST",
    "",
    {
      summary:
        "Provision an organization. Idempotent by domain and name: asked again it answers 200 and makes nothing twice.",
      input: { type: "tenants", attributes: newTenantInput },
      answer: {
        one: "tenants",
        meta: Type.Object({
          setup_url: Type.Union([Type.String(), Type.Null()], {
            description: "Makes the first administrator, within 30 minutes; null once there is one.",
          }),
        }),
      },
      status: 201,
      isOnce: true,
    },
    async (ctx, incoming) => {
      const made = await createTenant(ctx, readDocument(await incoming.json(), "tenants", null));
      const answer = await showOne(ctx, tenantResource, made.id, made.isNew ? 201 : 200);
      // Not an attribute: it is there only now, and for who has asked for it.
      return answer.kind === "json"
        ? { ...answer, body: { ...(answer.body as object), meta: { setup_url: made.setup_url } } }
        : answer;
    },
  ),
  ...(["PUT", "PATCH"] as const).map((method) =>
    route(
      method,
      "/:id",
      {
        summary: "Change name, plan, limits and notes of an organization; what is not sent stays",
        input: { type: "tenants", attributes: tenantInput },
        answer: { one: "tenants" },
      },
      change,
    ),
  ),
  route(
    "DELETE",
    "/:id",
    {
      summary: "Delete a suspended and exported organization for good, in the background",
      input: { type: "tenants", attributes: Type.Omit(deletionInput, ["id"]) },
      answer: taskAnswer,
      status: 202,
    },
    async (ctx, incoming) => {
      const id = await exists(ctx, incoming);
      const given = await readVerb(incoming, "tenants", id);
      return task(ctx, (await requestDeletion(ctx, { ...given, id })).id);
    },
  ),
  route(
    "POST",
    "/:id/suspend",
    {
      summary: "Suspend an organization",
      input: { type: "tenants", attributes: suspendInput },
      answer: { one: "tenants" },
    },
    async (ctx, incoming) => {
      const id = await exists(ctx, incoming);
      await suspendTenant(ctx, { ...(await readVerb(incoming, "tenants", id)), id });
      return showOne(ctx, tenantResource, id);
    },
  ),
  route(
    "POST",
    "/:id/activate",
    { summary: "Let a suspended organization go on", answer: { one: "tenants" } },
    async (ctx, incoming) => {
      const id = await withoutInput(ctx, incoming);
      await activateTenant(ctx, { id });
      return showOne(ctx, tenantResource, id);
    },
  ),
  route(
    "GET",
    "/:id/usage",
    {
      summary: "What an organization has used, a day each",
      answer: {
        type: "tenant_usage",
        attributes: usageAttributes,
        isList: true,
      },
      parameters: { "filter[from]": Type.String({ format: "date" }), "filter[to]": Type.String({ format: "date" }) },
    },
    usage,
  ),
  route(
    "POST",
    "/:id/export",
    {
      summary: "Make an archive of everything an organization has, in the background",
      answer: taskAnswer,
      status: 202,
    },
    async (ctx, incoming) => task(ctx, (await requestExport(ctx, { id: await withoutInput(ctx, incoming) })).id),
  ),
  route(
    "POST",
    "/:id/rotate-key",
    { summary: "Give an organization a new data key and seal everything with it", answer: taskAnswer, status: 202 },
    async (ctx, incoming) => task(ctx, (await requestRotation(ctx, { id: await withoutInput(ctx, incoming) })).id),
  ),
  route(
    "GET",
    "/:id/domains",
    { summary: "The host names of an organization", answer: domainAnswer },
    async (ctx, incoming) => domains(ctx, await exists(ctx, incoming)),
  ),
  route(
    "POST",
    "/:id/domains",
    {
      summary: "Give an organization a host name, without a proof",
      input: { type: "domains", attributes: Type.Omit(domainInput, ["id"]) },
      answer: domainAnswer,
      status: 201,
    },
    async (ctx, incoming) => {
      const id = await exists(ctx, incoming);
      await addDomain(ctx, { ...readDocument(await incoming.json(), "domains", null), id });
      return domains(ctx, id, 201);
    },
  ),
  route(
    "DELETE",
    "/:id/domains/:domain",
    { summary: "Take a host name away", answer: "nothing" },
    async (ctx, incoming) => {
      await removeDomain(ctx, { id: await exists(ctx, incoming), domain: incoming.params["domain"] });
      return { kind: "response", response: new Response(null, { status: 204 }) };
    },
  ),
  route(
    "POST",
    "/:id/domains/:domain/primary",
    { summary: "Make links with this host name", answer: domainAnswer },
    async (ctx, incoming) => {
      const id = await exists(ctx, incoming);
      refuseMembers(await readVerb(incoming, "domains", incoming.params["domain"] ?? ""));
      await makePrimary(ctx, { id, domain: incoming.params["domain"] });
      return domains(ctx, id);
    },
  ),
];
