import { migrations } from "#generated/migrations.ts";
import { checksOf, examine, type Finding } from "./doctor-checks.ts";
import { exit } from "./exit.ts";
import { configOf, jsonOption, type Verb } from "./verb.ts";

export const verb: Verb = {
  name: "doctor",
  summary: "Look for what keeps Purser from working, or will; changes nothing",
  options: [jsonOption],
  takesConfig: true,
  details: "Answers 1 when a check fails; warnings alone leave it at 0. Can be run beside the server.",
  run: async (args, io) => {
    const findings = await examine(checksOf(configOf(args, io), Object.keys(migrations), new Date()));
    const isWell = findings.every(({ status }) => status !== "fail");
    if (args.has("json")) io.out(JSON.stringify({ ok: isWell, findings }, null, 2));
    else for (const finding of findings) io.out(lineOf(finding));
    return isWell ? exit.ok : exit.failed;
  },
};

function lineOf({ check, status, detail }: Finding): string {
  return `${status.toUpperCase().padEnd(4)}  ${check.replaceAll("_", " ").padEnd(15)}  ${detail}`;
}
