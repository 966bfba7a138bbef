import { Type } from "@sinclair/typebox";
import { find } from "../../platform/access/reach.ts";
import type { AnyAction } from "../../platform/action.ts";
import { archiveRoutes, verbRoute } from "../../platform/http/jsonapi/verb-route.ts";
import { json, type Route } from "../../platform/http/route.ts";
import {
  archiveCompany,
  archiveContact,
  archiveSite,
  convertCompany,
  restoreCompany,
  restoreContact,
  restoreSite,
} from "./actions.ts";
import { companiesAbove, companiesBelow } from "./hierarchy.ts";
import { companyResource, contactResource, siteResource } from "./resources.ts";

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
  verbRoute(companyResource, "convert", convertCompany as AnyAction, "Makes a prospect a client."),
  ...archiveRoutes(companyResource, archiveCompany as AnyAction, restoreCompany as AnyAction),
  ...archiveRoutes(contactResource, archiveContact as AnyAction, restoreContact as AnyAction),
  ...archiveRoutes(siteResource, archiveSite as AnyAction, restoreSite as AnyAction),
];
