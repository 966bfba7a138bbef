/** On what was measured. */
import { cpus, release, totalmem } from "node:os";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  bun: string;
  commit: string;
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
  };
}
