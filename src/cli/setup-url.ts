import { writeFile } from "node:fs/promises";
import { OperatorProblem } from "../platform/config/problem.ts";
import { dataPaths } from "../platform/config/data-dir.ts";
import { loadTenant } from "../platform/tenants.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf, tenantFor, tenantOption } from "./program.ts";
import { newSetupUrl } from "./server.ts";
import { configOf, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "setup-url",
  summary: "Print a new link that makes the first administrator; earlier links stop working",
  options: MULTI_TENANT ? [tenantOption] : [],
  takesConfig: true,
  details: "The link is good for 30 minutes. It is refused once an administrator exists.",
  run: async (args, io) => {
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const id = await tenantFor(opened.database, args.value("tenant"));
      const tenant = await opened.database.read(id, (db) => loadTenant(opened.program.app, db, id));
      if (tenant.is_set_up)
        throw new OperatorProblem("failed", "Purser has been set up already", [
          "Sign in, or make another administrator with `purser admin create`.",
        ]);
      const url = await newSetupUrl(opened.program.app, id);
      await writeFile(dataPaths(config.dataDir).setupUrl, `${url}\n`, { mode: 0o600 });
      io.out(url);
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};
