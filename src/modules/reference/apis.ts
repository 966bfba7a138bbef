import type { Registry } from "../../platform/registry.ts";
import { moduleRoutes, operatorRoutes } from "../../platform/http/module-routes.ts";
import type { Door } from "../../platform/http/route.ts";
import { type OpenApiDocument, openApiDocument } from "../../platform/openapi/document.ts";

/** An API with a host of its own, and what describes it. */
export interface Api {
  /** Who reads the pages about it. */
  door: Door;
  /** The OpenAPI document, its text and the text's ETag, made once. */
  describe(registry: Registry): Description;
  /** What else there is to read about it, as `meta` of its beginning names it. */
  reading: Readonly<Record<string, string>>;
}

interface Description {
  document: OpenApiDocument;
  text: string;
  etag: string;
}

function once(make: (registry: Registry) => OpenApiDocument): Api["describe"] {
  const made = new WeakMap<Registry, Description>();
  return (registry) => {
    const known = made.get(registry);
    if (known !== undefined) return known;
    const document = make(registry);
    const text = JSON.stringify(document);
    const etag = `"${new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16)}"`;
    const description = { document, text, etag };
    made.set(registry, description);
    return description;
  };
}

/** What the programs of an organization use (PRD 8). */
export const organizationApi: Api = {
  door: "staff",
  describe: once((registry) => openApiDocument(registry, moduleRoutes(registry), [...registry.resources.values()])),
  reading: {
    reference: "/api",
    guide: "/api/guide",
    changelog: "/api/changelog",
    authorization_server: "/.well-known/oauth-authorization-server",
  },
};

/** What the programs of those use who run a multi-tenant installation (PRD 3.2.2). */
export const operatorApi: Api = {
  door: "operator",
  describe: once((registry) =>
    openApiDocument(registry, operatorRoutes(registry), registry.operatorResources, {
      name: "Purser API for operators",
      isForOperators: true,
    }),
  ),
  reading: { reference: "/api" },
};
