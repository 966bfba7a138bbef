import { OperatorProblem } from "../platform/config/problem.ts";
import { inUnit, systemContext } from "../platform/context.ts";
import { update } from "../platform/database/records.ts";
import { loadTenant, organizations } from "../platform/tenants.ts";
import { exit } from "./exit.ts";
import { openProgram, publicUrlOf, tenantFor, tenantOption } from "./program.ts";
import { configOf, type Verb } from "./verb.ts";

/** Lets people in again who are shut out: by too many attempts, or by networks that no longer fit. */
export const unlock: Verb = {
  name: "unlock",
  summary: "Let people in again: forget failed attempts of an account, or which networks may come in",
  options: [
    { name: "email", value: "E-MAIL", summary: "Forget the failed sign-ins of this account" },
    { name: "networks", summary: "Let every network in again" },
    ...(MULTI_TENANT ? [tenantOption] : []),
  ],
  takesConfig: true,
  run: async (args, io) => {
    const email = args.value("email")?.trim().toLowerCase() ?? "";
    if (email === "" && !args.has("networks"))
      throw new OperatorProblem("usage", "say --email, --networks or both: what is to be unlocked");
    const config = configOf(args, io);
    const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
    try {
      const id = await tenantFor(opened.database, args.value("tenant"));
      const { app } = opened.program;
      if (email !== "") {
        const keys = ["staff", "portal"].map((kind) => `sign-in:${id}:${kind}:${email}`);
        await opened.database.platform((db) => db.deleteFrom("rate_limits").where("limit_key", "in", keys).execute());
        io.err(`${email} can try to sign in again.`);
      }
      if (args.has("networks")) {
        const tenant = await opened.database.read(id, (db) => loadTenant(app, db, id));
        await inUnit(systemContext(app, tenant), async (work) => {
          const row = await work.db.selectFrom("organizations").select("id").executeTakeFirstOrThrow();
          await update(work, organizations, row.id, { allowed_networks: {} });
        });
        io.err("Every network may come in again.");
      }
      return exit.ok;
    } finally {
      await opened.close();
    }
  },
};
