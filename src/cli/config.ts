import { findKey, shownValue } from "../platform/config/config.ts";
import { flagOf, type Key, keysOf } from "../platform/config/keys.ts";
import { credentialOf, mayBeCredential } from "../platform/config/layers.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { closest } from "../platform/config/spelling.ts";
import { usage } from "./arguments.ts";
import { exit } from "./exit.ts";
import { columns } from "./help.ts";
import { configOf, jsonOption, type Verb, type VerbGroup } from "./verb.ts";

const dump: Verb = {
  name: "dump",
  summary: "Print every setting with its value and where it was said; secrets are masked",
  options: [jsonOption],
  takesConfig: true,
  run: (args, io) => {
    const { settings } = configOf(args, io);
    if (args.has("json")) {
      const rows = settings.map((setting) => ({
        key: setting.key.name,
        value: shownValue(setting),
        source: setting.source,
        default: setting.key.default,
      }));
      io.out(JSON.stringify(rows, null, 2));
    } else {
      io.out(columns(settings.map((setting) => [`${setting.key.name}=${shownValue(setting) ?? ""}`, setting.source])));
    }
    return exit.ok;
  },
};

const check: Verb = {
  name: "check",
  summary: "Say whether the settings can be used; 78 when not",
  takesConfig: true,
  run: (args, io) => {
    const { databaseUrl, migratorUrl } = configOf(args, io);
    if (MULTI_TENANT && (databaseUrl === null || migratorUrl === null)) {
      throw new OperatorProblem("configuration", "PURSER_DATABASE_URL and PURSER_MIGRATOR_URL must both be set");
    }
    io.out("The configuration is fine.");
    return exit.ok;
  },
};

const example: Verb = {
  name: "example",
  summary: "Print a configuration file with every setting and its default",
  run: (_args, io) => {
    const keys = keysOf(MULTI_TENANT).filter((key) => key.name !== "PURSER_CONFIG");
    io.out(
      keys
        .map((key) => `# ${key.summary}\n#${key.name}=${key.default ?? ""}\n`)
        .join("\n")
        .trimEnd(),
    );
    return exit.ok;
  },
};

const explain: Verb = {
  name: "explain",
  summary: "Tell about one setting",
  operands: ["KEY"],
  run: (args, io) => {
    const name = args.operands[0] ?? "";
    const key = findKey(name);
    if (key === undefined) {
      const flags = keysOf(MULTI_TENANT).map((known) => flagOf(known.name));
      const meant = closest(name.replace(/^(PURSER_|--)/i, "").replaceAll("_", "-"), flags);
      const hint = meant === null ? "" : `; did you mean ${findKey(meant)?.name}?`;
      throw usage(`there is no setting ${name}${hint}`);
    }
    io.out([`${key.name}: ${key.summary}`, key.details, "", columns(facts(key))].join("\n"));
    return exit.ok;
  },
};

function facts(key: Key): (readonly [string, string])[] {
  const rows: [string, string][] = [
    ["Form", key.form],
    ["Default", key.default ?? key.defaultText ?? "not set"],
  ];
  if (!key.isSecret) rows.push(["Flag", `--${flagOf(key.name)} ${key.placeholder}`]);
  if (!key.isPath) rows.push(["From a file", `${key.name}_FILE`]);
  if (mayBeCredential(key)) rows.push(["Credential", credentialOf(key)]);
  if (key.edition === "multi") rows.push(["Edition", "multi-tenant only"]);
  return rows;
}

export const verb: VerbGroup = {
  name: "config",
  summary: "Show, check and explain the settings",
  verbs: [dump, check, example, explain],
};
