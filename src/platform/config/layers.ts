import { join } from "node:path";
import { OperatorProblem } from "./problem.ts";
import { closest } from "./spelling.ts";
import { flagOf, type Key, keyNames, keys, keysOf } from "./keys.ts";

/** Reads a text file; null when there is none. Throws when it is there and cannot be read. */
export type ReadFile = (path: string) => string | null;
export type Environment = Readonly<Record<string, string | undefined>>;

/** One value and where it was said: `environment`, `--listen`, `/etc/purser/purser.conf:3` … */
export interface Said {
  value: string;
  source: string;
}

/** What one place says, by the name used there (`PURSER_LISTEN` or `PURSER_LISTEN_FILE`). */
export type Layer = Map<string, Said>;

/** The lines of a configuration file. Comments start with #; quotes around a value are taken off. */
export function fileLayer(path: string, text: string, problems: string[]): Layer {
  const layer: Layer = new Map();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const source = `${path}:${index + 1}`;
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, name = "", given = ""] = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === "") problems.push(`${source} is not KEY=VALUE`);
    else if (layer.has(name)) problems.push(`${source} sets ${name} a second time`);
    else layer.set(name, { value: given.replace(/^(["'])(.*)\1$/, "$2"), source });
  }
  return layer;
}

/** The variables that start with PURSER_. An empty one counts as not set: that is what compose files make of it. */
export function environmentLayer(env: Environment): Layer {
  const layer: Layer = new Map();
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith("PURSER_") && value !== undefined && value !== "") {
      layer.set(name, { value, source: "environment" });
    }
  }
  return layer;
}

/** What the command line says, by the flags' names. */
export function flagLayer(flags: Readonly<Record<string, string>>): Layer {
  const said = keys
    .filter((key) => flags[flagOf(key.name)] !== undefined && !key.isSecret)
    .map((key) => [key.name, { value: flags[flagOf(key.name)] ?? "", source: `--${flagOf(key.name)}` }] as const);
  return new Map(said);
}

/** Names nobody knows, each with what was probably meant. */
export function unknownNames(layer: Layer, isMultiTenant: boolean): string[] {
  const known = keysOf(isMultiTenant).flatMap((key) => (key.isPath ? [key.name] : [key.name, fileName(key)]));
  return [...layer]
    .filter(([name]) => !known.includes(name))
    .map(([name, { source }]) => {
      if (keyNames.some((key) => name === key || name === `${key}_FILE`)) {
        return `${name} (${source}) belongs to the multi-tenant edition`;
      }
      const meant = name === "PURSER_SECRET_KEY" ? "PURSER_SECRET_KEY_FILE" : closest(name, known);
      return `${name} (${source}) is not a setting${meant === null ? "" : `; did you mean ${meant}?`}`;
    });
}

/** What a KEY_FILE or a systemd credential holds for a key; null when neither is there. */
export function secretSaid(
  key: Key,
  named: Said | undefined,
  env: Environment,
  readFile: ReadFile,
  problems: string[],
): Said | null {
  if (named !== undefined) {
    const text = readFile(named.value);
    if (text !== null) return { value: text.trim(), source: `file ${named.value}` };
    problems.push(`${fileName(key)} (${named.source}) names ${named.value}, which does not exist`);
    return null;
  }
  const directory = env["CREDENTIALS_DIRECTORY"];
  if (directory === undefined || directory === "" || !mayBeCredential(key)) return null;
  const credential = credentialOf(key);
  const path = join(directory, credential);
  const text = readFile(path);
  if (text === null) return null;
  // The key's bytes stay in their file; every other credential is the value itself.
  const value = key.name === "PURSER_SECRET_KEY_FILE" ? path : text.trim();
  return { value, source: `credential ${credential}` };
}

/** The variable that names a file with the key's value, for secrets: `PURSER_DATABASE_URL_FILE`. */
export function fileName(key: Key): string {
  return `${key.name}_FILE`;
}

/** Paths are no secrets; the master key is: its credential is the key itself. */
export function mayBeCredential(key: Key): boolean {
  return !key.isPath || key.name === "PURSER_SECRET_KEY_FILE";
}

/** The systemd credential of a key: `purser.database_url`, and `purser.secret_key` for the master key. */
export function credentialOf(key: Key): string {
  return `purser.${key.name
    .slice("PURSER_".length)
    .toLowerCase()
    .replace(/_file$/, "")}`;
}

/** Reads a file named by the operator, with a message that says which. */
export function readNamed(readFile: ReadFile, path: string): string | null {
  try {
    return readFile(path);
  } catch (error) {
    throw new OperatorProblem(
      "configuration",
      `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}
