import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";

/** A small disk of its own: a file system in a file, which can be full without anybody else noticing. */
export interface SmallDisk {
  path: string;
  /** Takes the last byte. */
  fill(): void;
  makeRoom(): void;
  /**
   * Lets nothing on it be written or made, also where a file is open already, as a disk that its system has made read-only;
   * or lets it again. Mounting anew would be refused while files are open. SQLite's shared memory stays as it is: a process
   * that touches a mapped page which has just been written back would be ended by the kernel (SIGBUS), or not, as it happens.
   */
  setWritable(isWritable: boolean): void;
  remove(): void;
}

/** Makes one, or says why it cannot be made here: mounting takes root and loop devices. */
export function smallDisk(megabytes: number): SmallDisk | string {
  const name = Bun.randomUUIDv7("hex").slice(-12);
  mkdirSync("tmp/data", { recursive: true });
  const image = resolve(`tmp/data/disk-${name}.img`);
  const path = resolve(`tmp/data/disk-${name}`);
  const remove = (): void => {
    rmSync(image, { force: true });
    rmSync(path, { recursive: true, force: true });
  };
  writeFileSync(image, "");
  truncateSync(image, megabytes * 1024 * 1024);
  mkdirSync(path);
  for (const command of [
    ["mkfs.ext4", "-q", "-m", "0", image],
    ["mount", "-o", "loop", image, path],
  ]) {
    const problem = run(command);
    if (problem === null) continue;
    remove();
    return problem;
  }
  const ballast = join(path, "ballast");
  return {
    path,
    fill: () => fill(ballast),
    makeRoom: () => rmSync(ballast, { force: true }),
    setWritable: (isWritable) => {
      const problem = run([
        "find",
        path,
        "!",
        "-name",
        "*-shm",
        "-exec",
        "chattr",
        isWritable ? "-i" : "+i",
        "{}",
        "+",
      ]);
      if (problem !== null) throw new Error(problem);
    },
    remove: () => {
      run(["chattr", "-R", "-i", path]);
      run(["umount", "-l", path]);
      remove();
    },
  };
}

function run(command: string[]): string | null {
  if (Bun.which(command[0] ?? "") === null) return `there is no ${command[0]} here`;
  const { exitCode, stderr } = Bun.spawnSync(command);
  return exitCode === 0 ? null : `${command.join(" ")}: ${stderr.toString().trim()}`;
}

function fill(path: string): void {
  const file = openSync(path, "a");
  for (const size of [1 << 20, 1 << 12, 1]) while (append(file, new Uint8Array(size)));
  closeSync(file);
}

/** Whether all of it found room. */
function append(file: number, block: Uint8Array): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch {
    return false;
  }
}
