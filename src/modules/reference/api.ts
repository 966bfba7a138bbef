import { Type } from "@sinclair/typebox";
import { type Answer, type ApiDoc, json, response, type Route } from "../../platform/http/route.ts";
import { wholeBody } from "../../platform/http/whole-body.ts";
import { type Api, operatorApi, organizationApi } from "./apis.ts";

const address = Type.String({ format: "uri-reference" });
const readings = {
  reference: Type.String({ format: "uri-reference", description: "Each operation, to read and to try." }),
  guide: address,
  changelog: address,
  authorization_server: Type.String({ format: "uri-reference", description: "OAuth 2.0 metadata (RFC 8414)." }),
};

const rootDoc = ({ reading }: Api): ApiDoc => ({
  summary: "Where the API begins: what describes it, and where to read about it.",
  answer: {
    links: Type.Object({ self: address, describedby: address }),
    meta: Type.Object({
      name: Type.String(),
      version: Type.String({ description: "Of the API, as it stands in its path." }),
      ...Object.fromEntries(Object.entries(readings).filter(([name]) => name in reading)),
    }),
  },
});

/** JSON:API knows no other links at the top than these two, so what people read stands in `meta`. */
function rootAnswer({ reading }: Api, { info }: ReturnType<Api["describe"]>["document"]): Answer {
  return json({
    jsonapi: { version: "1.1" },
    links: { self: "/api/v1", describedby: "/api/v1/openapi.json" },
    meta: { name: info["title"], version: info["version"], ...reading },
  });
}

/** What an API says of itself, readable without signing in (PRD 8). */
const descriptionOf = (api: Api): Route[] => [
  {
    method: "GET",
    path: "/api/v1",
    door: "hook",
    permission: null,
    doc: rootDoc(api),
    handle: async ({ app }) => rootAnswer(api, api.describe(app.registry).document),
  },
  {
    method: "GET",
    path: "/api/v1/openapi.json",
    door: "hook",
    permission: null,
    doc: { summary: "This document: the whole API as OpenAPI 3.1.", answer: { media: "application/json" } },
    handle: async ({ app }, incoming) => {
      const { text, etag } = api.describe(app.registry);
      const headers = { etag, "cache-control": "no-cache" };
      if (incoming.request.headers.get("if-none-match") === etag)
        return response(new Response(null, { status: 304, headers }));
      return response(new Response(wholeBody(text), { headers: { ...headers, "content-type": "application/json" } }));
    },
  },
];

export const referenceApi: Route[] = descriptionOf(organizationApi);
export const operatorReferenceApi: Route[] = descriptionOf(operatorApi);
