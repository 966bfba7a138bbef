import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { OperatorProblem } from "./config/problem.ts";

/** A held lock; it also ends with the process, however that ends. */
export interface Lock {
  release(): void;
}

/** `purser.lock`: whoever uses the data as its only one (server, restore). `backup.lock`: one backup or restore at a time. */
export type LockName = "purser.lock" | "backup.lock";

/**
 * Takes a data directory for this process alone. The lock is SQLite's own, on an empty database file: the kernel drops it
 * when the process dies, so nothing stale is ever left behind.
 *
 * @throws OperatorProblem `try_later` when another process holds it, `cannot_create` when the file cannot be written
 */
export function lockDataDir(dataDir: string, name: LockName = "purser.lock"): Lock {
  const path = join(dataDir, name);
  let database: Database | null = null;
  try {
    database = new Database(path, { create: true });
    database.run("pragma busy_timeout = 0");
    database.run("begin exclusive");
  } catch (error) {
    database?.close();
    throw isBusy(error) ? busy(dataDir, name) : new OperatorProblem("cannot_create", `${path}: ${String(error)}`);
  }
  const held = database;
  return { release: () => held.close() };
}

/** Whether another process holds the directory right now; a look that leaves nothing behind. */
export function isDataDirHeld(dataDir: string): boolean {
  const path = join(dataDir, "purser.lock");
  if (!existsSync(path)) return false;
  const database = new Database(path, { readonly: true });
  try {
    database.query("select 1 from sqlite_master").all();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

function busy(dataDir: string, name: LockName): OperatorProblem {
  return name === "purser.lock"
    ? new OperatorProblem("try_later", `another Purser is using ${dataDir}`, ["Stop it first, then try again."])
    : new OperatorProblem("try_later", `a backup or restore of ${dataDir} is already running`);
}

/** Whether SQLite says that somebody else holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^SQLITE_(BUSY|LOCKED)/.test(String(error.code));
}
