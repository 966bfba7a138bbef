import { modules } from "../../../src/modules/index.ts";
import { documentOf } from "../../../src/modules/reference/document.ts";
import { buildRegistry } from "../../../src/platform/module.ts";
import { clientTypes } from "./client.ts";

/** Where the types of the TypeScript client stand. */
export const typesPath = "docs/api/client/types.ts";

/** What has to stand there for the program as it is. */
export function currentTypes(): string {
  return clientTypes(JSON.parse(JSON.stringify(documentOf(buildRegistry(modules)))) as ReturnType<typeof documentOf>);
}
