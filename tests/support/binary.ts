/** The compiled executables, as an operator would start them. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { resolve } from "node:path";

import { freePort } from "../../scripts/lib/ports.ts";
import { waitFor } from "./waiting.ts";

export type EditionName = "purser" | "multitenant";

const executables: Record<EditionName, string> = {
  purser: resolve("dist/purser"),
  multitenant: resolve("dist/purser-multitenant"),
};

/**
 * How to start it. `dataDir` is a new directory unless given; `env` holds the settings (`PURSER_DATABASE_URL` …), and
 * nothing of this process's own `PURSER_*`, `BUN_*` and `MIMALLOC_*` variables is passed on.
 */
export type BinaryOptions = {
  edition: EditionName;
  dataDir?: string;
  env?: Record<string, string>;
  args?: string[];
  port?: number;
  readyTimeoutMs?: number;
};

export type RunningBinary = {
  url: string;
  port: number;
  dataDir: string;
  pid: number;
  /** Everything printed so far, stdout and stderr. */
  output: () => string;
  /** The setup URL it has printed, if any. */
  setupUrl: () => string | undefined;
  /** SIGTERM; answers the exit code. Kills it after 30 s and throws. */
  stop: () => Promise<number>;
  /** SIGKILL, as a power cut would. */
  kill9: () => Promise<void>;
};

/** A new directory below tmp/: not the system's one, which is memory on many machines and refused for data. */
export function newDataDir(): string {
  mkdirSync("tmp/data", { recursive: true });
  return mkdtempSync(resolve("tmp/data/d-"));
}

/**
 * Starts `serve` on a free loopback port and waits until /readyz answers 200.
 *
 * @throws when it ends or is not ready in time; the message holds what it printed
 */
export async function startBinary(options: BinaryOptions): Promise<RunningBinary> {
  const { edition, dataDir = newDataDir(), env = {}, args = [], port = freePort(), readyTimeoutMs = 120_000 } = options;
  const child = Bun.spawn([executables[edition], "serve", ...args], {
    env: { ...cleanEnvironment(), PURSER_DATA_DIR: dataDir, PURSER_LISTEN: `127.0.0.1:${port}`, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let printed = "";
  const readers = [child.stdout, child.stderr].map(async (stream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) printed += decoder.decode(chunk, { stream: true });
  });
  const url = `http://127.0.0.1:${port}`;

  async function end(signal: NodeJS.Signals): Promise<number> {
    child.kill(signal);
    const code = await Promise.race([child.exited, Bun.sleep(120_000)]);
    if (code === undefined) {
      child.kill("SIGKILL");
      throw new Error(`${edition} did not stop within two minutes:\n${printed}`);
    }
    await Promise.all(readers);
    return code;
  }

  try {
    await waitFor(`${edition} to be ready`, () => (child.exitCode === null ? isReady(url) : ended(child, readers)), {
      timeoutMs: readyTimeoutMs,
    });
    await waitFor("its first lines", () => printed.includes("Purser listens on ") || undefined);
  } catch (error) {
    await end("SIGKILL");
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${printed}`, { cause: error });
  }
  return {
    url,
    port,
    dataDir,
    pid: child.pid,
    output: () => printed,
    setupUrl: () => /https?:\/\/\S*setup\S*/.exec(printed)?.[0],
    stop: () => end("SIGTERM"),
    kill9: async () => {
      await end("SIGKILL");
    },
  };
}

/** Runs one verb to its end, for instance `runBinary({ edition: "purser", args: ["version"] })`. */
export async function runBinary(options: Omit<BinaryOptions, "port" | "readyTimeoutMs"> & { stdin?: string }) {
  const { edition, dataDir = newDataDir(), env = {}, args = [], stdin = "" } = options;
  const child = Bun.spawn([executables[edition], ...args], {
    env: { ...cleanEnvironment(), PURSER_DATA_DIR: dataDir, ...env },
    stdin: new TextEncoder().encode(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr, dataDir };
}

/**
 * Runs a verb and kills it with -9 after so many milliseconds, unless it has come to its end before; answers its exit code
 * then, and null when it was killed. A server is left running until then.
 */
export async function runKilled(
  { edition, dataDir = newDataDir(), env = {}, args = [] }: Omit<BinaryOptions, "port" | "readyTimeoutMs">,
  afterMs: number,
): Promise<number | null> {
  const child = Bun.spawn([executables[edition], ...args], {
    env: { ...cleanEnvironment(), PURSER_DATA_DIR: dataDir, ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  const code = await child.exited;
  clearTimeout(timer);
  return child.signalCode === "SIGKILL" ? null : code;
}

async function isReady(url: string): Promise<true | undefined> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) });
    return response.status === 200 ? true : undefined;
  } catch {
    // Nobody listens yet.
    return undefined;
  }
}

async function ended(child: Bun.Subprocess, readers: Promise<void>[]): Promise<never> {
  await Promise.all(readers);
  throw new Error(`ended with exit code ${child.exitCode} before it was ready`);
}

/** Purser refuses settings it does not know, and the harness's own variables are such. */
function cleanEnvironment(): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(PURSER|BUN|MIMALLOC)_/.test(key)) clean[key] = value;
  }
  return clean;
}
