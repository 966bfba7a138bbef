import { Database } from "bun:sqlite";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createBackup } from "../../src/platform/backup/create.ts";
import { OperatorProblem } from "../../src/platform/config/problem.ts";
import { keyring } from "../../src/platform/crypto/keyring.ts";
import { loadMasterKey } from "../../src/platform/crypto/master-key.ts";
import { openSqlite } from "../../src/platform/database/sqlite.ts";
import { type FileStore, fileStore } from "../../src/platform/files/store.ts";

/** The organization whose files are backed up. */
export const harbor = "0191e000-0000-7000-8000-000000000001";
/** The migrations that this Purser knows; the data has had the first of them. */
export const known = ["20261121T0700_first", "20261122T0700_second"];
export const now = new Date("2026-11-21T06:54:09.123Z");

/** A data directory, and the key to it. */
export interface DataPlace {
  dataDir: string;
  secretKeyFile: string;
}

/** A data directory with a small database and a key, in a folder of its own; `at` is another one in the same folder. */
export interface BackupWorld {
  root: string;
  place: DataPlace;
  /** Makes an empty data directory beside it. */
  placeAt(name: string): DataPlace;
  databaseOf(at?: DataPlace): string;
  storeOf(at?: DataPlace): FileStore;
  titles(at?: DataPlace): string[];
  execute(statement: string): void;
  /** Everything in a data directory but locks, to see that nothing has changed. */
  stateOf(at?: DataPlace): Record<string, string>;
  backup(withKey?: boolean): ReturnType<typeof createBackup>;
  /** What a restore of the archive is asked for with. */
  wish(archive: string, at?: DataPlace): { place: DataPlace; archive: string; known: string[]; now: Date };
  clear(): void;
}

/** Makes it. */
export function backupWorld(): BackupWorld {
  // Not the system's temporary directory: that is memory on many machines, which is refused for data.
  mkdirSync("tmp/data", { recursive: true });
  const root = mkdtempSync(resolve("tmp/data/purser-backup-"));
  const placeAt = (name: string): DataPlace => {
    const dataDir = join(root, name);
    mkdirSync(dataDir, { recursive: true });
    return { dataDir, secretKeyFile: join(dataDir, "secret.key") };
  };
  const place = placeAt("data");
  const databaseOf = (at = place): string => join(at.dataDir, "purser.sqlite");
  loadMasterKey(place, { mayCreate: true });
  const database = openSqlite(databaseOf());
  database.run("create table migrations (name text primary key not null, applied_at text not null)");
  database.run("insert into migrations values (?, '')", [known[0] ?? ""]);
  database.run("create table tickets (id integer primary key, title text, parent_id integer references tickets(id))");
  database.run("insert into tickets values (1, 'printer on fire', null)");
  database.close();
  return {
    root,
    place,
    placeAt,
    databaseOf,
    storeOf: (at = place) => fileStore(join(at.dataDir, "files"), keyring(loadMasterKey(at, { mayCreate: true }))),
    titles: (at = place) => {
      const opened = new Database(databaseOf(at), { readonly: true });
      const rows = opened.query<{ title: string }, []>("select title from tickets order by id").all();
      opened.close();
      return rows.map((row) => row.title);
    },
    execute: (statement) => {
      const opened = openSqlite(databaseOf());
      opened.run(statement);
      opened.close();
    },
    stateOf: (at = place) => {
      const names = readdirSync(at.dataDir, { recursive: true, withFileTypes: true }).filter(
        (item) => item.isFile() && !item.name.endsWith(".lock"),
      );
      return Object.fromEntries(
        names.map((item) => [
          join(item.parentPath, item.name),
          readFileSync(join(item.parentPath, item.name)).toString("hex").slice(-2000),
        ]),
      );
    },
    backup: (withKey = false) => createBackup({ place, to: join(root, "b.tar.zst"), withKey, now }),
    wish: (archive, at = place) => ({ place: at, archive, known, now }),
    clear: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What an operator is told when something does not work: its kind, and the sentence. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof OperatorProblem ? `${error.kind}: ${error.message}` : `unexpected: ${String(error)}`;
}
