import { migrations } from "#generated/migrations.ts";
import { createBackup } from "../platform/backup/create.ts";
import type { Manifest } from "../platform/backup/manifest.ts";
import { listBackups, verifyBackup } from "../platform/backup/verify.ts";
import { OperatorProblem } from "../platform/config/problem.ts";
import { exit } from "./exit.ts";
import { configOf, type Io, jsonOption, type Verb, type VerbGroup } from "./verb.ts";

/** PostgreSQL has tools of its own for this, and a backup of one node would not be one. */
export function refuseOnPostgres(): void {
  if (!MULTI_TENANT) return;
  throw new OperatorProblem(
    "usage",
    "the multi-tenant edition keeps its data in PostgreSQL: use pg_dump or pgBackRest",
    [
      'Back up the files directory and the secret key too: docs/operate/install.md, "Backup of the multi-tenant edition".',
    ],
  );
}

const create: Verb = {
  name: "create",
  summary: "Write a backup of everything: database, files and a manifest; safe while the server runs",
  options: [
    {
      name: "to",
      value: "FILE",
      summary: "Write there (a .tar.zst file or a directory) instead of to the data directory",
    },
    { name: "with-key", summary: "Put the secret key inside: whoever has the backup can then read all of it" },
    jsonOption,
  ],
  takesConfig: true,
  run: async (args, io) => {
    refuseOnPostgres();
    const config = configOf(args, io);
    const withKey = args.has("with-key");
    const { path, manifest } = await createBackup({ place: config, to: args.value("to"), withKey, now: new Date() });
    if (args.has("json")) io.out(JSON.stringify({ path, ...summaryOf(manifest) }));
    else {
      io.out(path);
      io.err(describe(manifest));
    }
    tellAboutKey(manifest, config.secretKeyFile, io);
    return exit.ok;
  },
};

const list: Verb = {
  name: "list",
  summary: "List the backups in the data directory, newest first",
  options: [jsonOption],
  takesConfig: true,
  run: async (args, io) => {
    refuseOnPostgres();
    const backups = await listBackups(configOf(args, io).dataDir);
    if (args.has("json")) {
      const rows = backups.map(({ path, bytes, manifest, problem }) => ({
        path,
        bytes,
        problem,
        ...(manifest === null ? {} : summaryOf(manifest)),
      }));
      io.out(JSON.stringify(rows, null, 2));
    } else {
      if (backups.length === 0) io.err("There are no backups yet.");
      for (const { path, bytes, manifest, problem } of backups) {
        io.out(`${path}  ${megabytes(bytes)}  ${manifest === null ? problem : describe(manifest)}`);
      }
    }
    return exit.ok;
  },
};

const verify: Verb = {
  name: "verify",
  summary: "Prove that a backup is whole: every hash, and the database by SQLite's own checks",
  operands: ["FILE"],
  options: [jsonOption],
  takesConfig: true,
  run: async (args, io) => {
    refuseOnPostgres();
    const path = args.operands[0] ?? "";
    const manifest = await verifyBackup(path, configOf(args, io).dataDir, Object.keys(migrations));
    io.out(
      args.has("json") ? JSON.stringify({ path, ...summaryOf(manifest) }) : `${path} is whole: ${describe(manifest)}`,
    );
    return exit.ok;
  },
};

/** A backup in one line for people. */
export function describe({ created_at, purser_version, database, files, includes_key }: Manifest): string {
  const content = `database ${megabytes(database.bytes)}, ${files.count} files ${megabytes(files.bytes)}`;
  return `made ${created_at} by Purser ${purser_version}; ${content}; ${includes_key ? "WITH the secret key" : "without the key"}`;
}

/** The manifest without the long list of files. */
export function summaryOf({
  files: { list: _list, ...files },
  ...rest
}: Manifest): Omit<Manifest, "files"> & { files: { count: number; bytes: number } } {
  return { ...rest, files };
}

function tellAboutKey(manifest: Manifest, keyFile: string, io: Io): void {
  if (manifest.includes_key) {
    io.err("THE SECRET KEY IS INSIDE: whoever has this file can read every file and stored password in it.");
  } else if (manifest.key_id === null) {
    io.err("THERE IS NO SECRET KEY, neither inside nor on this machine: files cannot be read from this backup.");
  } else {
    io.err(`THE SECRET KEY IS NOT INSIDE: keep a copy of ${keyFile} (id ${manifest.key_id}) somewhere else.`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export const verb: VerbGroup = {
  name: "backup",
  summary: "Make, list and verify backups",
  verbs: [create, list, verify],
};
