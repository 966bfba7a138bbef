import { exit } from "./exit.ts";
import type { Verb } from "./verb.ts";

export const verb: Verb = { name: "demo", summary: "Write demo data", run: () => exit.failed };
