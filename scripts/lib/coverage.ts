/** Line coverage of src over several test runs, from the lcov files they leave. */
import { Glob } from "bun";

/** Hits by line number, by file. */
export type LineHits = Map<string, Map<number, number>>;

/** Lines that can run and lines that did, for one file. */
export type FileCoverage = { file: string; lines: number; covered: number };

/** Adds the text of one lcov file to `hits`: a line that any run has reached is covered. */
export function mergeLcov(hits: LineHits, lcov: string): void {
  let lines = new Map<number, number>();
  for (const row of lcov.split("\n")) {
    if (row.startsWith("SF:")) {
      const file = row.slice(3).trim();
      lines = hits.get(file) ?? new Map<number, number>();
      hits.set(file, lines);
    } else if (row.startsWith("DA:")) {
      const [line, count] = row.slice(3).split(",").map(Number);
      if (line !== undefined && count !== undefined) lines.set(line, (lines.get(line) ?? 0) + count);
    }
  }
}

/**
 * Coverage of each file named in `files`. A file that no test has loaded is not in the lcov files at all; it counts
 * with the lines left when its types are taken out, none of them covered, so that leaving out tests never helps.
 */
export async function coverageOf(files: string[], hits: LineHits): Promise<FileCoverage[]> {
  return Promise.all(
    files.map(async (file) => {
      const lines = hits.get(file);
      if (lines) return { file, lines: lines.size, covered: [...lines.values()].filter((count) => count > 0).length };
      return { file, lines: linesOfCode(await Bun.file(file).text()), covered: 0 };
    }),
  );
}

/** Lines of JavaScript in a TypeScript source, comments and types left out. */
export function linesOfCode(source: string): number {
  const code = new Bun.Transpiler({ loader: "ts", target: "bun" }).transformSync(source);
  return code.split("\n").filter((line) => line.trim() !== "").length;
}

/** The files of src that coverage counts: everything but tests and declarations. */
export async function sourceFiles(root = "."): Promise<string[]> {
  const files: string[] = [];
  for await (const file of new Glob("src/**/*.ts").scan({ cwd: root })) {
    if (!file.endsWith(".test.ts") && !file.endsWith(".d.ts")) files.push(file);
  }
  return files.toSorted();
}

/** Share of covered lines in per cent; 100 where there is no line at all. */
export function percent(coverage: FileCoverage[]): number {
  const lines = coverage.reduce((sum, file) => sum + file.lines, 0);
  const covered = coverage.reduce((sum, file) => sum + file.covered, 0);
  return lines === 0 ? 100 : (covered / lines) * 100;
}

/** A table of the files, the ones with most uncovered lines first. */
export function coverageTable(coverage: FileCoverage[]): string {
  return coverage
    .toSorted((a, b) => b.lines - b.covered - (a.lines - a.covered))
    .map(
      (file) =>
        `${percent([file]).toFixed(1).padStart(5)} %  ${`${file.covered}/${file.lines}`.padStart(9)}  ${file.file}`,
    )
    .join("\n");
}
