import { configOptions, type Option, type Verb, type VerbGroup } from "./verb.ts";

const exitCodes =
  "Exit codes: 0 fine, 1 failed, 2 wrong usage, 69 unavailable, 73 cannot create, 75 try later, 78 configuration.";

/** What `purser --help` prints. */
export function generalHelp(verbs: readonly (Verb | VerbGroup)[]): string {
  return [
    "Purser: the back office of a small managed service provider.",
    "",
    "Usage: purser VERB [OPTION …]",
    "",
    columns(verbs.map(({ name, summary }) => [name, summary])),
    "",
    "`purser VERB --help` tells more about one of them.",
    exitCodes,
  ].join("\n");
}

/** What `purser backup --help` prints. */
export function groupHelp({ name, summary, verbs }: VerbGroup): string {
  const lines = verbs.map((verb): [string, string] => [usageOf(verb, name), verb.summary]);
  return [`${summary}.`, "", columns(lines), "", `\`purser ${name} VERB --help\` tells more about one of them.`].join(
    "\n",
  );
}

/** What `purser restore --help` prints; `path` is what stands before the verb's own name, `purser backup`. */
export function verbHelp(verb: Verb, path: string): string {
  const parts = [`${verb.summary}.`, "", `Usage: ${usageOf(verb, path)}`];
  if (verb.details !== undefined) parts.push("", verb.details.trim());
  if (verb.options !== undefined && verb.options.length > 0) parts.push("", "Options:", optionLines(verb.options));
  if (verb.takesConfig === true) parts.push("", "Settings (purser config explain KEY):", optionLines(configOptions()));
  return parts.join("\n");
}

function usageOf(verb: Verb, path: string): string {
  const options = (verb.options ?? []).map((option) => `[${optionText(option)}]`);
  const settings = verb.takesConfig === true && path.startsWith("purser") ? ["[SETTING …]"] : [];
  return [path, verb.name, ...(verb.operands ?? []), ...options, ...settings].join(" ");
}

function optionText({ name, value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function optionLines(options: readonly Option[]): string {
  return columns(options.map((option) => [optionText(option), option.summary]));
}

/** Two columns, the first as wide as its longest entry. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join("\n");
}
