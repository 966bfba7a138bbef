import { programVersion } from "../platform/config/version.ts";
import { exit } from "./exit.ts";
import { jsonOption, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "version",
  summary: "Print the version of this program",
  options: [jsonOption],
  run: async (args, io) => {
    const edition = MULTI_TENANT ? "multi-tenant" : "single";
    if (args.has("json")) {
      const { migrations } = await import("#generated/migrations.ts");
      const schema_version = Object.keys(migrations).sort().at(-1) ?? null;
      io.out(JSON.stringify({ version: programVersion, edition, schema_version, bun_version: Bun.version }));
    } else {
      io.out(`purser ${programVersion}${MULTI_TENANT ? " (multi-tenant)" : ""}`);
    }
    return exit.ok;
  },
};
