import type { Registry } from "../../platform/module.ts";
import { moduleRoutes } from "../../platform/http/module-routes.ts";
import { type OpenApiDocument, openApiDocument } from "../../platform/openapi/document.ts";

const documents = new WeakMap<Registry, OpenApiDocument>();

/** The OpenAPI document of this program, made once. */
export function documentOf(registry: Registry): OpenApiDocument {
  let document = documents.get(registry);
  if (document === undefined) {
    document = openApiDocument(registry, moduleRoutes(registry), [...registry.resources.values()]);
    documents.set(registry, document);
  }
  return document;
}
