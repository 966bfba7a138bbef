/** Debian packages that the tests use as programs. */
import { run } from "./steps.ts";

/** A program, and the Debian package that brings it. */
export type SystemProgram = { program: string; package: string };

export const testPrograms: SystemProgram[] = [
  // Chromium without its own windows and menus, which are a fifth of what a test in the browser takes.
  { program: "chromium-headless-shell", package: "chromium-headless-shell" },
  { program: "curl", package: "curl" },
  { program: "pdftotext", package: "poppler-utils" },
];

/** Those of `programs` that are not on PATH. */
export function missingPrograms(programs: SystemProgram[]): SystemProgram[] {
  return programs.filter(({ program }) => Bun.which(program) === null);
}

/**
 * Installs packages with apt-get where this user may: as root, or with sudo that asks for no password.
 *
 * @returns what apt-get printed, or why it was not tried
 */
export async function installPrograms(programs: SystemProgram[]): Promise<string> {
  if (Bun.which("apt-get") === null) return "there is no apt-get on this machine";
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  if (sudo.length > 0 && (Bun.which("sudo") === null || (await run([...sudo, "true"])).code !== 0)) {
    return "only root, or a user whose sudo asks for no password, can install packages";
  }
  const quiet = { DEBIAN_FRONTEND: "noninteractive" };
  const update = await run([...sudo, "apt-get", "update", "-qq"], quiet);
  const names = programs.map((program) => program.package);
  const install = await run([...sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", ...names], quiet);
  return `${update.output}\n${install.output}`.trim();
}
