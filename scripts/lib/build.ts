/** Builds the executables: `bun scripts/lib/build.ts [--only purser|multitenant]`. */
import { mkdirSync, renameSync, rmSync } from "node:fs";

import { run } from "./steps.ts";

/** One executable. `MULTI_TENANT` is the constant that decides which half of the code stays in. */
export type Edition = { name: "purser" | "multitenant"; file: string; isMultiTenant: boolean };

export const editions: Edition[] = [
  { name: "purser", file: "dist/purser", isMultiTenant: false },
  { name: "multitenant", file: "dist/purser-multitenant", isMultiTenant: true },
];

/** Messages of the pg package that neither Purser nor Bun's own SQL client holds. */
export const pgMarkers = [
  "Client has encountered a connection error and is not queryable",
  "Client has already been connected. You cannot reuse a client.",
];

/** Words of the module that only the multi-tenant edition has: its operators' cookie, and a job of its own. */
export const tenantMarkers = ["purser_operator", "tenants.measure_usage"];

/** Whether a file holds any of the markers. */
export async function containsAny(file: string, markers: readonly string[]): Promise<boolean> {
  const bytes = Buffer.from(await Bun.file(file).arrayBuffer());
  return markers.some((marker) => bytes.includes(marker));
}

/** Whether a file holds any of the markers of the pg package. */
export function containsPg(file: string): Promise<boolean> {
  return containsAny(file, pgMarkers);
}

/** Writes dist/generated and dist/public, which type-check, tests and build all need. */
export async function generate(): Promise<void> {
  const { code, output } = await run([process.execPath, "scripts/generate.ts"]);
  if (code !== 0) throw new Error(`scripts/generate.ts failed:\n${output}`);
}

/**
 * Compiles one edition and looks into the result: SQLite's must be free of pg, PostgreSQL's must have it (which also
 * shows that the markers still tell the two apart).
 *
 * @param entry the program's first file; another one than src/main.ts only in the tests of this file
 */
export async function buildEdition(edition: Edition, entry = "src/main.ts"): Promise<void> {
  mkdirSync("dist", { recursive: true });
  const fresh = `${edition.file}.new`;
  const { code, output } = await run([process.execPath, ...buildArguments(edition, entry, fresh)]);
  if (code !== 0) throw new Error(`${edition.file} could not be built:\n${output}`);
  const hasPg = await containsPg(fresh);
  if (hasPg !== edition.isMultiTenant) {
    rmSync(fresh);
    throw new Error(hasPg ? `${edition.file} contains pg` : `${edition.file} does not contain pg`);
  }
  if (!edition.isMultiTenant && (await containsAny(fresh, tenantMarkers))) {
    rmSync(fresh);
    throw new Error(`${edition.file} contains the module of the multi-tenant edition`);
  }
  // By rename, because a running executable cannot be written to.
  renameSync(fresh, edition.file);
}

function buildArguments(edition: Edition, entry: string, outfile: string): string[] {
  return [
    "build",
    "--compile",
    "--format=esm",
    "--minify-whitespace",
    "--minify-syntax",
    "--bytecode",
    // What the program loads first is small, for it may start over from there (src/cli/keep-memory.ts).
    "--splitting",
    "--asset=dist/public",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    "--define",
    `MULTI_TENANT=${edition.isMultiTenant}`,
    `--outfile=${outfile}`,
    entry,
  ];
}

function chosenEditions(args: string[]): Edition[] {
  if (args.length === 0) return editions;
  const [flag, name, ...rest] = args[0]?.startsWith("--only=") ? ["--only", args[0].slice(7), ...args.slice(1)] : args;
  const chosen = editions.filter((edition) => edition.name === name);
  if (flag !== "--only" || chosen.length === 0 || rest.length > 0) {
    console.error("usage: scripts/build [--only purser|multitenant]");
    process.exit(2);
  }
  return chosen;
}

if (import.meta.main) {
  const chosen = chosenEditions(process.argv.slice(2));
  try {
    await generate();
    for (const edition of chosen) {
      const startedAt = performance.now();
      await buildEdition(edition);
      const megabytes = (Bun.file(edition.file).size / 1e6).toFixed(0);
      console.log(`${edition.file}  ${megabytes} MB  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
