/** Reads the report that `bun test --reporter=junit` writes. */

/** Numbers of one run; `skippedNames` are `file: test`. */
export type TestCounts = { passed: number; failed: number; skippedNames: string[] };

/** @param xml the whole report */
export function countTests(xml: string): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skippedNames: [] };
  for (const [, attributes = "", body] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const inside = body ?? "";
    if (/<(failure|error)\b/.test(inside)) counts.failed += 1;
    else if (/<skipped\b/.test(inside))
      counts.skippedNames.push(`${read(attributes, "file")}: ${read(attributes, "name")}`);
    else counts.passed += 1;
  }
  return counts;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function read(attributes: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replaceAll(/&(amp|lt|gt|quot|apos);/g, (whole, entity: string) => entities[entity] ?? whole);
}
