import { Type } from "@sinclair/typebox";
import { type Ctx, reading } from "../../../platform/context.ts";
import { validate } from "../../../platform/access/validate.ts";
import { readDocument, readVerb, refuseMembers } from "../../../platform/http/jsonapi/document.ts";
import { invalid, notFound } from "../../../platform/errors.ts";
import { type Answer, type ApiDoc, type Incoming, json, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { proofName, proofPrefix, proofUrl } from "../rules.ts";
import {
  choosePrimary,
  claimDomain,
  claimNamed,
  claimsOf,
  domainInput,
  domainsOf,
  verifyDomain,
  withdrawDomain,
} from "./actions.ts";

/** An organization's own host names over the API: what the page of settings does. */

const permission = "settings.manage";
const named = (incoming: Incoming): string => incoming.params["domain"] ?? "";

async function listed(ctx: Ctx, status = 200): Promise<Answer> {
  return reading(ctx, async ({ db }) =>
    json(
      {
        jsonapi: { version: "1.1" },
        data: [
          ...(await domainsOf(db, ctx.tenant.id)).map(({ domain, is_primary, created_at }) => ({
            type: "domains",
            id: domain,
            attributes: { is_primary, is_verified: true, created_at },
          })),
          ...(await claimsOf(db, ctx.tenant.id)).map(({ domain, proof, last_problem, last_tried_at }) => ({
            type: "domains",
            id: domain,
            attributes: {
              is_primary: false,
              is_verified: false,
              txt_name: proofName(domain),
              txt_value: proofPrefix + proof,
              web_url: proofUrl(domain),
              web_value: proofPrefix + proof,
              last_problem,
              last_tried_at,
            },
          })),
        ],
      },
      status,
    ),
  );
}

const claimInput = Type.Omit(domainInput, ["id"], { additionalProperties: false });
const answer: ApiDoc["answer"] = {
  type: "domains",
  attributes: Type.Object({
    is_primary: Type.Boolean({ description: "Links are made with it." }),
    is_verified: Type.Boolean({ description: "Leads here; otherwise it is claimed and not yet proved." }),
    created_at: Type.Optional(Type.String({ format: "date-time" })),
    txt_name: Type.Optional(Type.String({ description: "Where in DNS the proof is looked for." })),
    txt_value: Type.Optional(Type.String()),
    web_url: Type.Optional(Type.String({ description: "Where on the web it is looked for." })),
    web_value: Type.Optional(Type.String()),
    last_problem: Type.Optional(Type.String({ description: "Why the last look for the proof found none." })),
    last_tried_at: Type.Optional(Type.Union([Type.String({ format: "date-time" }), Type.Null()])),
  }),
  isList: true,
};

function api(method: Route["method"], path: string, doc: ApiDoc, handle: Route["handle"]): Route {
  return { method, path: `/api/v1/domains${path}`, door: "api", permission, handle, doc };
}

export const domainApi: Route[] = [
  api("GET", "", { summary: "The organization's host names", answer }, (ctx) => listed(ctx)),
  api(
    "POST",
    "",
    {
      summary: "Claim a host name; the answer says what to put into DNS, or on the web server that it leads to",
      input: { type: "domains", attributes: claimInput },
      answer,
      status: 201,
    },
    async (ctx, incoming) => {
      const input = readDocument(await incoming.json(), "domains", null);
      const problems = validate(claimInput, input);
      if (problems.length > 0) throw invalid(problems);
      await claimDomain(ctx, String(input["domain"]));
      return listed(ctx, 201);
    },
  ),
  api(
    "POST",
    "/:domain/verify",
    { summary: "Look for the proof in DNS and on the web", answer },
    async (ctx, incoming) => {
      await reading(ctx, ({ db }) => claimNamed(db, ctx.tenant.id, named(incoming)));
      refuseMembers(await readVerb(incoming, "domains", named(incoming)));
      await verifyDomain(ctx, named(incoming));
      return listed(ctx);
    },
  ),
  api("POST", "/:domain/primary", { summary: "Make links with this host name", answer }, async (ctx, incoming) => {
    const known = await reading(ctx, ({ db }) => domainsOf(db, ctx.tenant.id));
    if (!known.some(({ domain }) => domain === named(incoming))) throw notFound(t("This host name"));
    refuseMembers(await readVerb(incoming, "domains", named(incoming)));
    await choosePrimary(ctx, ctx.tenant.id, named(incoming));
    return listed(ctx);
  }),
  api("DELETE", "/:domain", { summary: "Give a host name back", answer: "nothing" }, async (ctx, incoming) => {
    await withdrawDomain(ctx, named(incoming));
    return { kind: "response", response: new Response(null, { status: 204 }) };
  }),
];
