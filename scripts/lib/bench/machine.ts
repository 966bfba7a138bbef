/** On what was measured. */
import { cpus, release, totalmem } from "node:os";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  bun: string;
  commit: string;
  /** What the same program's figures differ by from machine to machine. */
  speed: { microsecondsPerNewPage: number; hashedMbPerSecond: number };
}

export async function machine(): Promise<Machine> {
  const known = cpus();
  const git = await Bun.$`git describe --always --dirty`.quiet().nothrow().text();
  return {
    cpu: known[0]?.model ?? "unknown",
    cores: known.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    bun: Bun.version,
    commit: git.trim(),
    speed: { microsecondsPerNewPage: newPage(), hashedMbPerSecond: hashing() },
  };
}

/** Microseconds until memory that nobody has touched yet can be written, for each page of 4 kB. */
function newPage(): number {
  const bytes = 256 * 2 ** 20;
  const fresh = new Uint8Array(bytes);
  const startedAt = performance.now();
  for (let at = 0; at < bytes; at += 4096) fresh[at] = 1;
  return ((performance.now() - startedAt) * 1000) / (bytes / 4096);
}

/** Megabytes of SHA-256 a second on one core: what the processor does alone. */
function hashing(): number {
  const megabyte = new Uint8Array(2 ** 20);
  const hasher = new Bun.CryptoHasher("sha256");
  const startedAt = performance.now();
  for (let done = 0; done < 256; done += 1) hasher.update(megabyte);
  return 256 / ((performance.now() - startedAt) / 1000);
}
