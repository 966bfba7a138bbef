import { modules } from "../../../src/modules/index.ts";
import { documentOf } from "../../../src/modules/reference/document.ts";
import { buildRegistry } from "../../../src/platform/module.ts";
import { clientTypes } from "./client.ts";
import { shownJson } from "./text.ts";

/** The generated files of the API by their path, as they have to be for the program as it is. */
export async function apiFiles(): Promise<Record<string, string>> {
  const document = JSON.parse(JSON.stringify(documentOf(buildRegistry(modules)))) as ReturnType<typeof documentOf>;
  return {
    "docs/api/openapi.json": `${shownJson(document)}\n`,
    "docs/api/client/types.ts": clientTypes(document),
  };
}
