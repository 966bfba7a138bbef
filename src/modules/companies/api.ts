import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { reading } from "../../platform/context.ts";
import { showOne } from "../../platform/http/jsonapi/routes.ts";
import { ifMatch, readVerb, refuseParameters } from "../../platform/http/jsonapi/document.ts";
import { json, type Route } from "../../platform/http/route.ts";
import { convertCompany } from "./actions.ts";
import { companiesAbove, companiesBelow } from "./hierarchy.ts";
import { companyResource } from "./resources.ts";

const count = Type.Union([Type.Integer(), Type.Null()]);

/** What a company can do over the API beside what its resource brings. */
export const companyApi: Route[] = [
  {
    method: "GET",
    path: "/api/v1/companies/:id/hierarchy",
    door: "api",
    permission: "companies.read",
    doc: {
      summary: "The companies above (negative depth) and below a company, each behind the one that it stands below.",
      answer: {
        type: "companies",
        isList: true,
        attributes: Type.Object({
          name: Type.String(),
          depth: Type.Integer(),
          open_ticket_count: count,
          active_contract_count: count,
        }),
      },
    },
    handle: async (ctx, incoming) => {
      refuseParameters(incoming);
      const company = await find(ctx, "companies", incoming.params["id"] ?? "");
      const above = await companiesAbove(ctx, company);
      const below = await companiesBelow(ctx, company.id);
      const shown = [
        ...above.map(({ id, name }, at) => ({
          id,
          attributes: { name, depth: at - above.length, open_ticket_count: null, active_contract_count: null },
        })),
        ...below.map(({ id, name, depth, open_ticket_count, active_contract_count }) => ({
          id,
          attributes: { name, depth, open_ticket_count, active_contract_count },
        })),
      ];
      return json({
        jsonapi: { version: "1.1" },
        links: { self: incoming.url.pathname },
        data: shown.map((one) => ({
          type: "companies",
          ...one,
          links: { self: `/api/v1/companies/${one.id}` },
        })),
      });
    },
  },
  {
    method: "POST",
    path: "/api/v1/companies/:id/convert",
    door: "api",
    permission: convertCompany.permission,
    doc: { summary: "Makes a prospect a client.", answer: { one: "companies" } },
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      await reading(ctx, (reader) => find(reader, "companies", id));
      await perform(ctx, convertCompany, { ...(await readVerb(incoming, "companies", id)), id, ...ifMatch(incoming) });
      return showOne(ctx, companyResource, id);
    },
  },
];
