/** Which test files `scripts/test` starts first: the ones that take longest, so that no worker is left with one of them alone. */

import { Glob } from "bun";

/** From the longest down; what is not named takes a few seconds at most and comes afterwards. */
export const longestFirst = [
  "tests/pages.browser.sqlite.test.ts",
  "tests/new-module.sqlite.test.ts",
  "tests/links.test.ts",
  "tests/focus.browser.sqlite.test.ts",
  "tests/lists.browser.test.ts",
  "tests/moments.browser.sqlite.test.ts",
  "tests/failures.browser.sqlite.test.ts",
  "tests/access/permissions.test.ts",
  "tests/main-job.sqlite.test.ts",
  "tests/operator-pages.browser.postgres.test.ts",
  "tests/main-job.browser.sqlite.test.ts",
  "tests/access/access.test.ts",
  "tests/choices.browser.test.ts",
  "tests/import-crash.test.ts",
  "tests/modules.test.ts",
  "tests/kill-moments.sqlite.test.ts",
  "tests/database-away.postgres.test.ts",
  "tests/disk.test.ts",
  "tests/live.browser.test.ts",
  "tests/desk.browser.test.ts",
  "tests/abuse.test.ts",
  "tests/first-start.test.ts",
  "tests/kill-moments.test.ts",
  "tests/main-job.test.ts",
  "tests/sign-in.browser.test.ts",
  "tests/reference.browser.test.ts",
  "tests/recovery.test.ts",
  "tests/mail-server.test.ts",
  "tests/webhooks.test.ts",
  "tests/tenants.postgres.test.ts",
];

/** The same as a file of durations, as `bun test --timings` reads it: it would take a file without one for an average one. */
export async function testTimings(): Promise<{ version: 1; files: Record<string, number> }> {
  const files: Record<string, number> = {};
  for await (const file of new Glob("{src,tests,scripts}/**/*.test.ts").scan()) {
    const rank = longestFirst.indexOf(file);
    files[file] = rank === -1 ? 1 : (longestFirst.length - rank + 1) * 1000;
  }
  return { version: 1, files };
}
