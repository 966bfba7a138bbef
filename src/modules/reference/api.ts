import { response, type Route } from "../../platform/http/route.ts";
import { documentOf } from "./document.ts";

/** The document's text and ETag, made once as well. */
let kept: { document: object; text: string; etag: string } | null = null;

/** The API's description, readable without signing in (PRD 8). */
export const referenceApi: Route[] = [
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
