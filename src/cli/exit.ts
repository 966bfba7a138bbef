import type { ProblemKind } from "../platform/config/problem.ts";

/** Exit codes are part of the interface (docs/operate/install.md); those from 64 up are the ones of sysexits(3). */
export const exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 69,
  cannotCreate: 73,
  tryLater: 75,
  configuration: 78,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** The exit code of each kind of problem. */
export const exitOf: Record<ProblemKind, ExitCode> = {
  failed: exit.failed,
  usage: exit.usage,
  unavailable: exit.unavailable,
  cannot_create: exit.cannotCreate,
  try_later: exit.tryLater,
  configuration: exit.configuration,
};
