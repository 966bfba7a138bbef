import { modules } from "../../../src/modules/index.ts";
import { organizationApi } from "../../../src/modules/reference/apis.ts";
import type { OpenApiDocument } from "../../../src/platform/openapi/document.ts";
import { buildRegistry } from "../../../src/platform/registry.ts";
import { clientTypes } from "./client.ts";

/** Where the types of the TypeScript client stand. */
export const typesPath = "docs/api/client/types.ts";

/** What has to stand there for the program as it is. */
export function currentTypes(): string {
  return clientTypes(JSON.parse(organizationApi.describe(buildRegistry(modules)).text) as OpenApiDocument);
}
