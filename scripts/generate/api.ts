import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { apiFiles } from "./api/files.ts";

/** Writes what is generated of the API: `docs/api/openapi.json` and the client's types. Run by `scripts/generate-api`. */
const root = new URL("../..", import.meta.url).pathname;
for (const [path, text] of Object.entries(await apiFiles())) {
  await mkdir(join(root, path, ".."), { recursive: true });
  await Bun.write(join(root, path), text);
  console.log(`wrote ${path}`);
}
