import { type Config, loadConfig, readTextFile } from "../platform/config/config.ts";
import { flagOf, keysOf } from "../platform/config/keys.ts";
import { setLogFormat } from "../platform/log.ts";
import type { ExitCode } from "./exit.ts";

/** One thing that `purser` can be told to do. Help and argument reading come from this alone. */
export interface Verb {
  name: string;
  /** Begins with a capital letter, ends without a full stop. */
  summary: string;
  /** What stands behind the name, `["FILE"]`; in brackets what may be left out, `["[KEY]"]`. */
  operands?: readonly string[];
  options?: readonly Option[];
  /** Whether the boot-time settings can be given as flags (`--data-dir` …), to be read by `configOf`. */
  takesConfig?: boolean;
  /** More for `--help`, as it is printed. */
  details?: string;
  /** @throws OperatorProblem for what the operator can solve; its kind gives the exit code */
  run(args: Args, io: Io): Promise<ExitCode> | ExitCode;
}

/** Verbs of one subject: `backup create`, `backup list`. */
export interface VerbGroup {
  name: string;
  summary: string;
  verbs: readonly Verb[];
}

export interface Option {
  /** Without dashes. */
  name: string;
  /** What its value is called in help, `FILE`; without one it is a switch. */
  value?: string;
  summary: string;
}

/** What a verb was called with, already held against its operands and options. */
export interface Args {
  operands: readonly string[];
  /** The values given, by the option's name without dashes. */
  values: Readonly<Record<string, string>>;
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The value of an option; null when it was not given. */
  value(name: string): string | null;
}

/** The world outside, replaced in tests. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  /** A line on standard output: what the verb was asked for, and nothing else. */
  out(line: string): void;
  /** A line on standard error: remarks and problems. */
  err(line: string): void;
  /** All of standard input. */
  stdin(): Promise<string>;
}

/** For verbs that read: the answer as JSON, for programs. */
export const jsonOption: Option = { name: "json", summary: "Answer as JSON" };

/** The boot-time configuration for a verb that `takesConfig`. */
export function configOf(args: Args, io: Io): Config {
  const config = loadConfig(args.values, io.env, readTextFile, MULTI_TENANT);
  setLogFormat(config.logFormat);
  return config;
}

/** The settings that have a flag. Secrets have none: every user of the machine can read command lines. */
export function configOptions(): Option[] {
  return keysOf(MULTI_TENANT)
    .filter((key) => !key.isSecret)
    .map((key) => ({ name: flagOf(key.name), value: key.placeholder, summary: key.summary }));
}
