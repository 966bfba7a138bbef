/** Reads what `bun test` leaves: the report of `--reporter=junit`, and what it printed. */

/** Numbers of one run; the names are `file: test`. */
export type TestCounts = { passed: number; failed: number; failedNames: string[]; skippedNames: string[] };

/** @param xml the whole report */
export function countTests(xml: string): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, failedNames: [], skippedNames: [] };
  for (const [, attributes = "", body] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const inside = body ?? "";
    const name = `${read(attributes, "file")}: ${read(attributes, "name")}`;
    if (/<(failure|error)\b/.test(inside)) {
      counts.failed += 1;
      counts.failedNames.push(name);
    } else if (/<skipped\b/.test(inside)) counts.skippedNames.push(name);
    else counts.passed += 1;
  }
  return counts;
}

/** Of what `bun test` printed, what the files with a failed test said; all of it when no file says which test failed. */
export function failedFiles(output: string): string {
  const files = output.split(/^(?=\S+\.test\.ts:$)/m).filter((said) => /^\(fail\)/m.test(said));
  return files.length === 0 ? output : files.join("");
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function read(attributes: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replaceAll(/&(amp|lt|gt|quot|apos);/g, (whole, entity: string) => entities[entity] ?? whole);
}
