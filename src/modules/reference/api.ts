import { Type } from "@sinclair/typebox";
import { type Answer, type ApiDoc, json, response, type Route } from "../../platform/http/route.ts";
import { documentOf } from "./document.ts";

/** The document's text and ETag, made once as well. */
let kept: { document: object; text: string; etag: string } | null = null;

const address = Type.String({ format: "uri-reference" });

const rootDoc: ApiDoc = {
  summary: "Where the API begins: what describes it, and where to read about it.",
  answer: {
    links: Type.Object({ self: address, describedby: address }),
    meta: Type.Object({
      name: Type.String(),
      version: Type.String({ description: "Of the API, as it stands in its path." }),
      reference: Type.String({ format: "uri-reference", description: "Each operation, to read and to try." }),
      guide: address,
      changelog: address,
      authorization_server: Type.String({ format: "uri-reference", description: "OAuth 2.0 metadata (RFC 8414)." }),
    }),
  },
};

/** JSON:API knows no other links at the top than these two, so what people read stands in `meta`. */
function rootAnswer({ info }: ReturnType<typeof documentOf>): Answer {
  return json({
    jsonapi: { version: "1.1" },
    links: { self: "/api/v1", describedby: "/api/v1/openapi.json" },
    meta: {
      name: info["title"],
      version: info["version"],
      reference: "/api",
      guide: "/api/guide",
      changelog: "/api/changelog",
      authorization_server: "/.well-known/oauth-authorization-server",
    },
  });
}

/** What the API says of itself, readable without signing in (PRD 8). */
export const referenceApi: Route[] = [
  {
    method: "GET",
    path: "/api/v1",
    door: "hook",
    permission: null,
    doc: rootDoc,
    handle: async ({ app }) => rootAnswer(documentOf(app.registry)),
  },
  {
    method: "GET",
    path: "/api/v1/openapi.json",
    door: "hook",
    permission: null,
    doc: { summary: "This document: the whole API as OpenAPI 3.1.", answer: { media: "application/json" } },
    handle: async (ctx, incoming) => {
      const document = documentOf(ctx.app.registry);
      if (kept?.document !== document) {
        const text = JSON.stringify(document);
        kept = { document, text, etag: `"${new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16)}"` };
      }
      const { text, etag } = kept;
      const headers = { etag, "cache-control": "no-cache" };
      if (incoming.request.headers.get("if-none-match") === etag)
        return response(new Response(null, { status: 304, headers }));
      return response(new Response(text, { headers: { ...headers, "content-type": "application/json" } }));
    },
  },
];
