import { OperatorProblem } from "../platform/config/problem.ts";
import { Failure } from "../platform/errors.ts";
import { exit, type ExitCode } from "./exit.ts";
import { openProgram, publicUrlOf } from "./program.ts";
import { type Args, configOf, type Io } from "./verb.ts";

/** Does something in the program, beside a running server. Refusals become the operator's problems. */
export async function inProgram(
  args: Args,
  io: Io,
  run: (opened: Awaited<ReturnType<typeof openProgram>>) => Promise<void>,
): Promise<ExitCode> {
  const config = configOf(args, io);
  const opened = await openProgram(config, { isAlone: false, publicUrl: publicUrlOf(config) });
  try {
    await run(opened);
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
  const value = args.value(name)?.trim() ?? "";
  if (value === "") throw new OperatorProblem("usage", `--${name} is missing`);
  return value;
}
