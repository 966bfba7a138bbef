import { Type } from "@sinclair/typebox";
import { type Ctx, reading } from "../../../platform/context.ts";
import { readDocument, readVerb, refuseMembers } from "../../../platform/http/jsonapi/document.ts";
import { type Answer, type ApiDoc, json, type Route } from "../../../platform/http/route.ts";
import { addDomain, claimsOf, domainInput, domainsOf, makePrimary, removeDomain } from "../domains/actions.ts";
import { exists, route } from "./route.ts";

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

/** The host names of an organization, as operators give and take them. */
export const tenantDomainApi: Route[] = [
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
