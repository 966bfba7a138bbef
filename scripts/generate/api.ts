import { join } from "node:path";
import { currentTypes, typesPath } from "./api/types.ts";

/** Writes what is generated of the API: the client's types. Run by `scripts/generate-api`. */
await Bun.write(join(new URL("../..", import.meta.url).pathname, typesPath), currentTypes());
console.log(`wrote ${typesPath}`);
