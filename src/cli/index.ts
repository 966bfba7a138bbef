import type { OperatorProblem } from "../platform/config/problem.ts";
import { closest } from "../platform/config/spelling.ts";
import { parseArguments, usage } from "./arguments.ts";
import { exit, type ExitCode, exitOf } from "./exit.ts";
import { generalHelp, groupHelp, verbHelp } from "./help.ts";
import { problemOf } from "./problem-of.ts";
import type { Io, Verb, VerbGroup } from "./verb.ts";

interface Entry {
  name: string;
  load(): Promise<{ verb: Verb | VerbGroup }>;
}

/** The verbs in the order of help. Each is loaded only when it is called: `healthcheck` must not load the server. */
const table: readonly Entry[] = [
  { name: "serve", load: () => import("./serve.ts") },
  { name: "setup-url", load: () => import("./setup-url.ts") },
  { name: "admin", load: () => import("./admin.ts") },
  { name: "public-url", load: () => import("./public-url.ts") },
  ...(MULTI_TENANT
    ? [
        { name: "operator", load: () => import("./operator.ts") },
        { name: "tenant", load: () => import("./tenant.ts") },
      ]
    : [{ name: "export", load: () => import("./export.ts") }]),
  { name: "key", load: () => import("./key.ts") },
  { name: "demo", load: () => import("./demo.ts") },
  { name: "migrate", load: () => import("./migrate.ts") },
  { name: "backup", load: () => import("./backup.ts") },
  { name: "restore", load: () => import("./restore.ts") },
  { name: "rollback", load: () => import("./rollback.ts") },
  { name: "doctor", load: () => import("./doctor.ts") },
  { name: "healthcheck", load: () => import("./healthcheck.ts") },
  { name: "config", load: () => import("./config.ts") },
  { name: "version", load: () => import("./version.ts") },
];

/** Does what the arguments say; answers the exit code. Never throws. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return report(error, await helpPath(argv), io);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    io.err(await wholeHelp());
    return exit.usage;
  }
  if (first === "help" && rest[0] !== undefined) return dispatch([rest[0], ...rest.slice(1), "--help"], io);
  if (isHelp(first) || first === "help") {
    io.out(await wholeHelp());
    return exit.ok;
  }
  if (first === "--version") return dispatch(["version", ...rest], io);
  const entry = table.find(({ name }) => name === first);
  if (entry === undefined)
    throw unknown(
      "verb",
      first,
      table.map(({ name }) => name),
    );
  const { verb } = await entry.load();
  return "verbs" in verb ? runGroup(verb, rest, io) : runVerb(verb, "purser", rest, io);
}

async function runGroup(group: VerbGroup, argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    io.err(groupHelp(group));
    return exit.usage;
  }
  if (isHelp(first)) {
    io.out(groupHelp(group));
    return exit.ok;
  }
  const verb = group.verbs.find(({ name }) => name === first);
  if (verb === undefined)
    throw unknown(
      `verb of ${group.name}`,
      first,
      group.verbs.map(({ name }) => name),
    );
  return runVerb(verb, `purser ${group.name}`, rest, io);
}

async function runVerb(verb: Verb, path: string, argv: readonly string[], io: Io): Promise<ExitCode> {
  const end = argv.indexOf("--");
  if (argv.slice(0, end < 0 ? argv.length : end).some(isHelp)) {
    io.out(verbHelp(verb, path));
    return exit.ok;
  }
  return verb.run(parseArguments(verb, argv), io);
}

const isHelp = (argument: string): boolean => argument === "--help" || argument === "-h";

async function wholeHelp(): Promise<string> {
  const loaded = await Promise.all(table.map((entry) => entry.load()));
  return generalHelp(loaded.map(({ verb }) => verb));
}

function unknown(what: string, given: string, known: readonly string[]): OperatorProblem {
  const meant = closest(given, known);
  return usage(`there is no ${what} ${JSON.stringify(given)}${meant === null ? "" : `; did you mean ${meant}?`}`);
}

/** Says what went wrong: for the operator's problems the sentence and what to do, for a defect everything there is. */
function report(error: unknown, path: string, io: Io): ExitCode {
  const problem = problemOf(error);
  if (problem === null) {
    io.err(`purser: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return exit.failed;
  }
  for (const line of problem.message.split("\n")) io.err(`purser: ${line}`);
  for (const hint of problem.hints) io.err(`  ${hint}`);
  if (problem.kind === "usage") io.err(`  See: purser ${path}--help`);
  return exitOf[problem.kind];
}

/** The verb, or the verb of a group, that was called, as far as it is one: its help says how it is called. */
async function helpPath([first = "", second = ""]: readonly string[]): Promise<string> {
  const entry = table.find(({ name }) => name === first);
  if (entry === undefined) return "";
  const { verb } = await entry.load();
  const isWhole = "verbs" in verb && verb.verbs.some(({ name }) => name === second);
  return isWhole ? `${first} ${second} ` : `${first} `;
}
