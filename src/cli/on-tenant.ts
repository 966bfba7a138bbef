import { type Ctx, systemContext } from "../platform/context.ts";
import { loadTenant } from "../platform/tenants.ts";
import type { ExitCode } from "./exit.ts";
import { inProgram } from "./in-program.ts";
import { tenantFor } from "./program.ts";
import type { Args, Io } from "./verb.ts";

/** Does something in the organization that a command is meant for. */
export function onTenant(args: Args, io: Io, work: (ctx: Ctx) => Promise<void>): Promise<ExitCode> {
  return inProgram(args, io, async ({ database, program: { app } }) => {
    const id = await tenantFor(database, args.value("tenant"));
    await work(systemContext(app, await database.read(id, (db) => loadTenant(app, db, id))));
  });
}
