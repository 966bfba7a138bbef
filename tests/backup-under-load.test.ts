import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { type PostgresServer, startPostgres } from "../scripts/lib/postgres.ts";
import { newDataDir, runBinary, type RunningBinary, startBinary } from "./support/binary.ts";
import { chance } from "./support/crash/chance.ts";
import { brokenInvariants } from "./support/crash/invariants.ts";
import { type Ledger, newLedger } from "./support/crash/ledger.ts";
import { brokenPromises } from "./support/crash/promises.ts";
import { loadOf } from "./support/crash/rounds.ts";
import { openRows } from "./support/crash/rows.ts";
import { ask, setStage, type Stage } from "./support/crash/stage.ts";
import { waitFor } from "./support/waiting.ts";

/**
 * A backup that is taken while clients write: restored in a fresh place it is one moment of the whole, and holds all that had
 * been acknowledged before it began. SQLite by `purser backup`; PostgreSQL by a copy of its data directory between
 * `pg_backup_start` and `pg_backup_stop`, as pgBackRest takes it, and then the files.
 */

interface Restored {
  dataDir: string;
  ownerUrl: string;
  env: Record<string, string>;
}

const folders: string[] = [];
const settings = { wal_level: "replica", max_wal_senders: 2 };
let postgres: PostgresServer | null = null;
let copy: PostgresServer | null = null;
let stage: Stage;
let restored: Restored;
let before: Ledger;
let server: RunningBinary | null = null;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "purser-backup-"));
  folders.push(folder);
  return folder;
}

beforeAll(async () => {
  const folder = newFolder();
  if (MULTI_TENANT) postgres = await startPostgres({ folder, settings });
  stage = await setStage({ companies: 2, ...(postgres === null ? {} : { postgres: postgres.url }) });
  server = await stage.one.start();
  const load = loadOf(stage, 10, chance(6));
  const end = load.start();
  const busy = (count: number): Promise<true> =>
    waitFor("the clients to be at work", () => load.ledger.count("done") >= count || undefined, { timeoutMs: 60_000 });
  await busy(30);
  before = acknowledged(load.ledger);
  restored = MULTI_TENANT ? await byBaseBackup(folder) : await byBackup();
  await busy(before.deeds.length + 10);
  await end();
  await server.kill9();
  server = null;
}, 240_000);
afterAll(async () => {
  await server?.kill9().catch(() => undefined);
  await copy?.stop();
  await stage.close().catch(() => undefined);
  await postgres?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What had been acknowledged at this moment. */
function acknowledged(ledger: Ledger): Ledger {
  return { ...newLedger(), deeds: ledger.deeds.filter(({ state }) => state === "done").map((deed) => ({ ...deed })) };
}

async function byBackup(): Promise<Restored> {
  const to = join(newFolder(), "middle.tar.zst");
  const made = await stage.one.cli(["backup", "create", "--to", to]);
  expect([made.code, made.stderr]).toEqual([0, expect.any(String)]);
  const dataDir = newDataDir();
  copyFileSync(join(stage.one.dataDir, "secret.key"), join(dataDir, "secret.key"));
  const back = await runBinary({ edition: "purser", dataDir, args: ["restore", to] });
  expect([back.code, back.stderr]).toEqual([0, expect.any(String)]);
  return { dataDir, ownerUrl: "", env: {} };
}

async function byBaseBackup(from: string): Promise<Restored> {
  const to = join(newFolder(), "copy");
  const client = new Client({ connectionString: postgres?.url });
  await client.connect();
  await client.query("select pg_backup_start('in the middle', true)");
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !path.endsWith("postmaster.pid") && !path.includes("/native/"),
  });
  const { rows } = await client.query<{ labelfile: string }>("select labelfile from pg_backup_stop(false)");
  await client.end();
  // The log up to the end of the backup belongs to it.
  cpSync(join(from, "data/pg_wal"), join(to, "data/pg_wal"), { recursive: true });
  await Bun.write(join(to, "data/backup_label"), rows[0]?.labelfile ?? "");
  const dataDir = newDataDir();
  for (const part of ["files", "secret.key"])
    cpSync(join(stage.one.dataDir, part), join(dataDir, part), { recursive: true });
  if (process.getuid?.() === 0) Bun.spawnSync(["chown", "-R", "nobody", dirname(to)]);
  copy = await startPostgres({ folder: to, settings });
  const moved = (url: string): string => {
    const there = new URL(url);
    there.port = new URL(copy?.url ?? "").port;
    return there.href;
  };
  const { PURSER_DATABASE_URL = "", PURSER_MIGRATOR_URL = "" } = stage.one.env;
  const env = { PURSER_DATABASE_URL: moved(PURSER_DATABASE_URL), PURSER_MIGRATOR_URL: moved(PURSER_MIGRATOR_URL) };
  return { dataDir, ownerUrl: env.PURSER_MIGRATOR_URL, env };
}

test("holds together, and has everything that was acknowledged before it began", async () => {
  const rows = await openRows(restored);
  try {
    expect(await brokenInvariants(restored, rows)).toEqual([]);
    expect(await brokenPromises(before, rows)).toEqual([]);
  } finally {
    await rows.close();
  }
});

test("is served like any other data, and doctor finds nothing wrong", async () => {
  const { edition } = stage.one;
  const { dataDir, env } = restored;
  const more = { ...env, PURSER_STRIPE_API_BASE: stage.stripe.url, PURSER_WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8" };
  const doctor = await runBinary({ edition, dataDir, env: more, args: ["doctor"] });
  expect([doctor.code, doctor.stdout]).toEqual([0, expect.not.stringMatching(/^FAIL/m)]);
  server = await startBinary({ edition, dataDir, env: more });
  const tickets = before.deeds.filter(({ kind }) => kind === "ticket");
  for (const { id } of tickets.slice(0, 5))
    expect((await ask(server.url, stage.key, "GET", `/tickets/${id}`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  server = null;
});
