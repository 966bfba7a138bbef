/** Debian packages that the tests use as programs. */
import { run } from "./steps.ts";

/** A program, and the Debian package that brings it. */
export type SystemProgram = { program: string; package: string };

// Chromium without its own windows and menus, which are a fifth of what a test in the browser takes.
export const browser: SystemProgram = { program: "chromium-headless-shell", package: "chromium-headless-shell" };

export const testPrograms: SystemProgram[] = [
  browser,
  { program: "curl", package: "curl" },
  { program: "pdftotext", package: "poppler-utils" },
];

/**
 * Installs those of `programs` that are not on PATH.
 *
 * @returns those that are missing still, each with the reason
 */
export async function bringPrograms(programs: SystemProgram[]): Promise<(SystemProgram & { reason: string })[]> {
  const missing = missingPrograms(programs);
  if (missing.length === 0) return [];
  const reason = (await installPrograms(missing)).split("\n").at(-1) ?? "";
  return missingPrograms(missing).map((program) => ({ ...program, reason }));
}

/** Those of `programs` that are not on PATH. */
function missingPrograms(programs: SystemProgram[]): SystemProgram[] {
  return programs.filter(({ program }) => Bun.which(program) === null);
}

/**
 * Installs packages with apt-get where this user may: as root, or with sudo that asks for no password.
 *
 * @returns what apt-get printed, or why it was not tried
 */
async function installPrograms(programs: SystemProgram[]): Promise<string> {
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
