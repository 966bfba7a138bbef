/** The compiled program as it is measured: started, looked at from outside, stopped. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Edition } from "../build.ts";
import { freePort } from "../ports.ts";
import type { DataCopy } from "./data.ts";

export interface Measured {
  url: string;
  pid: number;
  /** Milliseconds from the start of the process to the first page that it answered. */
  firstAnswer: number;
  /** Resident memory, and its highest since `forgetPeak`, in megabytes. */
  memory(): { now: number; peak: number };
  forgetPeak(): void;
  stop(): Promise<void>;
}

/** Settings of the shell must not reach what is measured. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PURSER|BUN|MIMALLOC)_/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? ""]));
}

/** Starts `serve` on a copy of the data and waits for the first page. */
export async function startMeasured(edition: Edition, copy: DataCopy): Promise<Measured> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = Bun.spawn([edition.file, "serve"], {
    env: {
      ...cleanEnvironment(),
      PURSER_DATA_DIR: copy.dataDir,
      PURSER_LISTEN: `127.0.0.1:${port}`,
      // The load comes from one place for a hundred people.
      PURSER_API_REQUESTS_PER_MINUTE: "0",
      ...(edition.isMultiTenant ? { PURSER_TENANT_REQUESTS_PER_MINUTE: "0" } : {}),
      ...copy.env,
    },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  for (let isThere = false; !isThere;) {
    if (child.exitCode !== null) throw new Error(`${edition.file} ended while starting`);
    isThere = await fetch(`${url}/sign-in`).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status === 200;
      },
      () => false,
    );
    if (!isThere) await Bun.sleep(1);
  }
  const firstAnswer = performance.now() - startedAt;
  const megabytes = (name: string): number => {
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  };
  return {
    url,
    pid: child.pid,
    firstAnswer,
    memory: () => ({ now: megabytes("VmRSS"), peak: megabytes("VmHWM") }),
    forgetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, "5"),
    stop: async () => {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}
