/** What kind of trouble an operator is in; the command line answers each with its own exit code. */
export type ProblemKind = "failed" | "usage" | "unavailable" | "cannot_create" | "try_later" | "configuration";

/** A problem that the operator, not the program, can solve: shown as its message, without a stack. */
export class OperatorProblem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
    /** What to do about it, a sentence each. */
    readonly hints: readonly string[] = [],
  ) {
    super(message);
    this.name = "OperatorProblem";
  }
}
