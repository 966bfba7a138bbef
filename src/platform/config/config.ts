import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultConfigFile, type Key, type KeyName, keys, keysOf } from "./keys.ts";
import {
  type Environment,
  environmentLayer,
  fileLayer,
  fileName,
  flagLayer,
  type Layer,
  type ReadFile,
  readNamed,
  type Said,
  secretSaid,
  unknownNames,
} from "./layers.ts";
import { OperatorProblem } from "./problem.ts";
import { type Listen, parseListen, parseNetworks, parseOrigin, parsePaymentApi, parseRate } from "./values.ts";

/** One key as it came out, with where it was said (`default` when nowhere). */
export interface Setting {
  key: Key;
  value: string | null;
  source: string;
}

/** The boot-time configuration, read once. */
export interface Config {
  /** Absolute path. */
  dataDir: string;
  listen: Listen;
  /** Without a slash at the end; null when not set. */
  publicUrl: string | null;
  /** Absolute path of the file with the master key. */
  secretKeyFile: string;
  trustedProxies: string[];
  /** Private networks that organizations may have called. */
  allowedNetworks: string[];
  logFormat: "auto" | "json" | "text";
  stripeApiBase: string | null;
  /** API requests a minute of one key, and of one organization; null: no limit. */
  requestsPerMinute: { key: number | null; tenant: number | null };
  /** Where operators reach their pages, without a slash at the end; null in the SQLite edition. */
  adminUrl: string | null;
  /** Whether operators need a second factor. */
  isOperatorMfaRequired: boolean;
  /** PostgreSQL as the serving role; null in the SQLite edition. */
  databaseUrl: string | null;
  /** PostgreSQL as the owner; null in the SQLite edition. */
  migratorUrl: string | null;
  settings: readonly Setting[];
}

/**
 * Puts the configuration together: defaults < configuration file < environment < KEY_FILE or systemd credential < flag.
 *
 * @param flags by the flag's name without dashes, `{ "data-dir": "/srv/purser" }`
 * @param readFile answers null for a file that does not exist
 * @throws OperatorProblem (`configuration`) that lists everything that is wrong: unknown names with what was probably
 *   meant, values of the wrong form, KEY beside KEY_FILE
 */
export function loadConfig(
  flags: Readonly<Record<string, string>>,
  env: Environment,
  readFile: ReadFile = readTextFile,
  isMultiTenant = false,
): Config {
  const problems: string[] = [];
  const fromEnvironment = environmentLayer(env);
  const fromFlags = flagLayer(flags);
  const configFile = fromFlags.get("PURSER_CONFIG") ?? fromEnvironment.get("PURSER_CONFIG");
  const fromFile = readConfigFile(configFile, readFile, problems);
  if (fromFile.has("PURSER_CONFIG")) problems.push("PURSER_CONFIG cannot be set in the configuration file itself");
  for (const layer of [fromFile, fromEnvironment]) problems.push(...unknownNames(layer, isMultiTenant));

  const settings = keysOf(isMultiTenant).map((key): Setting => {
    const plain = fromEnvironment.get(key.name) ?? fromFile.get(key.name);
    const named = key.isPath ? undefined : (fromEnvironment.get(fileName(key)) ?? fromFile.get(fileName(key)));
    if (plain !== undefined && named !== undefined) {
      problems.push(`${key.name} (${plain.source}) and ${fileName(key)} (${named.source}) are both set; keep one`);
    }
    const said = fromFlags.get(key.name) ?? secretSaid(key, named, env, readFile, problems) ?? plain;
    if (said === undefined) return { key, value: key.default, source: "default" };
    if (said.value === "" || !key.isValid(said.value)) problems.push(wrongForm(key, said));
    return { key, ...said };
  });
  if (problems.length > 0) {
    throw new OperatorProblem("configuration", problems.join("\n"), [
      "`purser config explain KEY` tells about a setting.",
    ]);
  }
  return configOf(settings, env);
}

function readConfigFile(named: Said | undefined, readFile: ReadFile, problems: string[]): Layer {
  const path = named?.value ?? defaultConfigFile;
  const text = readNamed(readFile, path);
  if (text !== null) return fileLayer(path, text, problems);
  if (named !== undefined) problems.push(`the configuration file ${path} (${named.source}) does not exist`);
  return new Map();
}

function wrongForm(key: Key, { value, source }: Said): string {
  const shown = key.isSecret ? "" : `, not ${JSON.stringify(value)}`;
  return `${key.name} (${source}) must be ${key.form}${shown}`;
}

function configOf(settings: Setting[], env: Environment): Config {
  const valueOf = (name: KeyName): string | null => settings.find(({ key }) => key.name === name)?.value ?? null;
  const dataDir = resolve(valueOf("PURSER_DATA_DIR") ?? defaultDataDir(env));
  const secretKeyFile = resolve(valueOf("PURSER_SECRET_KEY_FILE") ?? join(dataDir, "secret.key"));
  const effective: Partial<Record<KeyName, string>> = {
    PURSER_DATA_DIR: dataDir,
    PURSER_SECRET_KEY_FILE: secretKeyFile,
  };
  return {
    dataDir,
    listen: parseListen(valueOf("PURSER_LISTEN") ?? "") ?? { host: "127.0.0.1", port: 8080 },
    publicUrl: parseOrigin(valueOf("PURSER_PUBLIC_URL") ?? ""),
    secretKeyFile,
    trustedProxies: parseNetworks(valueOf("PURSER_TRUSTED_PROXIES") ?? "") ?? [],
    allowedNetworks: parseNetworks(valueOf("PURSER_WEBHOOK_ALLOWED_NETWORKS") ?? "") ?? [],
    logFormat: (valueOf("PURSER_LOG_FORMAT") ?? "auto") as Config["logFormat"],
    stripeApiBase: parsePaymentApi(valueOf("PURSER_STRIPE_API_BASE") ?? ""),
    requestsPerMinute: {
      key: parseRate(valueOf("PURSER_API_REQUESTS_PER_MINUTE") ?? "") ?? null,
      tenant: parseRate(valueOf("PURSER_TENANT_REQUESTS_PER_MINUTE") ?? "") ?? null,
    },
    adminUrl: parseOrigin(valueOf("PURSER_ADMIN_URL") ?? ""),
    isOperatorMfaRequired: valueOf("PURSER_OPERATOR_TWO_STEP") === "required",
    databaseUrl: valueOf("PURSER_DATABASE_URL"),
    migratorUrl: valueOf("PURSER_MIGRATOR_URL"),
    settings: settings.map((setting) => ({ ...setting, value: effective[setting.key.name] ?? setting.value })),
  };
}

/** Under systemd the directory that StateDirectory= has made; otherwise one beside where the program was started. */
function defaultDataDir(env: Environment): string {
  return env["STATE_DIRECTORY"]?.split(":")[0] || "purser-data";
}

/** Reads a text file; null when there is none. */
export function readTextFile(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** A value as it may be shown: secrets keep their form and lose their content. */
export function shownValue({ key, value }: Setting): string | null {
  if (value === null || !key.isSecret) return value;
  const url = URL.parse(value);
  if (url === null) return "********";
  return value.replace(/(:\/\/)[^/]*@/, `$1${url.username}:********@`).replace(/\?.*$/, "?********");
}

/** Every key by its name, for `config explain`; also as a flag or without the prefix. */
export function findKey(name: string): Key | undefined {
  const wanted = `PURSER_${name
    .replace(/^--/, "")
    .replaceAll("-", "_")
    .toUpperCase()
    .replace(/^PURSER_/, "")}`;
  return keys.find((key) => key.name === wanted);
}
