import { type Ctx, systemContext } from "../platform/context.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { Failure } from "../platform/errors.ts";
import { loadTenant } from "../platform/tenants.ts";
import { exit, type ExitCode } from "./exit.ts";
import { openProgram, publicUrlOf, tenantFor } from "./program.ts";
import { type Args, configOf, type Io } from "./verb.ts";

/** Does something in the organization that a command is meant for, beside a running server. Refusals become the operator's problems. */
export async function onTenant(args: Args, io: Io, work: (ctx: Ctx) => Promise<void>): Promise<ExitCode> {
  const config = configOf(args, io);
  const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
  try {
    const id = await tenantFor(opened.database, args.value("tenant"));
    const { app } = opened.program;
    await work(systemContext(app, await opened.database.read(id, (db) => loadTenant(app, db, id))));
    return exit.ok;
  } catch (error) {
    if (error instanceof Failure) throw new OperatorProblem("failed", error.problems[0]?.message ?? error.message);
    throw error;
  } finally {
    await opened.close();
  }
}

/** The value of an option that must be there. */
export function required(args: Args, name: string): string {
  const value = args.value(name);
  if (value === null || value.trim() === "") throw new OperatorProblem("usage", `--${name} is missing`);
  return value.trim();
}
