/** The whole check: `bun scripts/lib/test.ts [--edition purser|multitenant] [pattern …]`. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { auditVerdict } from "./audit.ts";
import { buildEdition, editions, generate, type Edition } from "./build.ts";
import { type LineHits, coverageOf, coverageTable, mergeLcov, percent, sourceFiles } from "./coverage.ts";
import { countTests, failedFiles } from "./junit.ts";
import { bringPrograms, testPrograms } from "./packages.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { logFolder, run, scoreboard, stopRunning, type Verdict } from "./steps.ts";
import { testTimings } from "./test-order.ts";

const COVERAGE_FLOOR = 80;
const isCi = process.env["CI"] === "true";
const bun = process.execPath;
const { score, step, command, unavailable } = scoreboard();

type Wish = { editions: Edition[]; patterns: string[] };

function readArguments(args: string[]): Wish {
  const wish: Wish = { editions, patterns: [] };
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    if (argument === "--edition") {
      at += 1;
      wish.editions = editions.filter((edition) => edition.name === args[at]);
    } else if (argument.startsWith("-")) {
      wish.editions = [];
    } else {
      wish.patterns.push(argument);
    }
  }
  if (wish.editions.length === 0) {
    console.error("usage: scripts/test [--edition purser|multitenant] [pattern …]");
    process.exit(2);
  }
  return wish;
}

/** Programs the tests call. What stays missing is named in `PURSER_TEST_WITHOUT`, so that a test can say so. */
async function systemPrograms(): Promise<string[]> {
  const still = await bringPrograms(testPrograms);
  for (const { program, package: name, reason } of still)
    unavailable(program, `Debian's package ${name} could not be installed (${reason})`, isCi);
  return still.map(({ program }) => program);
}

async function checks(): Promise<void> {
  await command("type-check", [bun, "check", "--no-script"]);
  await command("format", [bun, "fmt", "--no-script", "--check"]);
  await command("lint", [
    bun,
    "--bun",
    "node_modules/.bin/oxlint",
    "--deny-warnings",
    "--report-unused-disable-directives",
  ]);
  const startedAudit = await run([bun, "audit", "--production", "--audit-level=high"]);
  const audit = auditVerdict(startedAudit);
  if (audit.kind === "unavailable") unavailable("audit", audit.reason, false);
  else
    await step("audit", async () => ({
      passed: audit.kind === "clean" ? 1 : 0,
      failed: audit.kind === "clean" ? 0 : 1,
      output: startedAudit.output,
    }));
}

/** One `bun test` over all files that fit the edition; a name that ends in `.sqlite.test.ts` fits the other one not. */
async function suite(edition: Edition, patterns: string[], env: Record<string, string | undefined>): Promise<Verdict> {
  const report = `${logFolder}/junit-${edition.name}.xml`;
  rmSync(report, { force: true });
  const order = `${logFolder}/order.json`;
  await Bun.write(order, JSON.stringify(await testTimings()));
  const foreign = edition.isMultiTenant ? "**/*.sqlite.test.ts" : "**/*.postgres.test.ts";
  const ignored = ["dist/**", "tmp/**", ".tools/**", foreign].map((glob) => `--path-ignore-patterns=${glob}`);
  const { code, output } = await run(
    [
      bun,
      "test",
      "--define",
      `MULTI_TENANT=${edition.isMultiTenant}`,
      // A worker that is killed takes its browser and its servers with it.
      "--no-orphans",
      "--parallel=2",
      // A worker loads the program once and not for each file, which was a third of the time. What a file leaves behind
      // is there for the next one, as it is for the next organization in the program itself.
      "--no-isolate",
      `--timings=${order}`,
      // A hang ends here; how long something takes is nothing a test asserts, on a machine that does other things as well.
      "--timeout=180000",
      "--only-failures",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...ignored,
      ...(patterns.length === 0 ? coverageFlags(edition) : []),
      ...patterns,
    ],
    env,
  );
  const counts = existsSync(report)
    ? countTests(await Bun.file(report).text())
    : { passed: 0, failed: 0, failedNames: [], skippedNames: [] };
  // Exit code and report must agree: a file that does not load, or a crash, leaves no failed test behind.
  const failed = counts.failed === 0 && code !== 0 ? 1 : counts.failed;
  for (const name of counts.skippedNames) unavailable(`skipped (${edition.name})`, name, isCi);
  score.failures.push(...counts.failedNames.map((name) => `${name} (${edition.name})`));
  return {
    passed: counts.passed,
    failed,
    note: `${counts.passed} passed, ${failed} failed`,
    output,
    shown: failedFiles(output),
  };
}

function coverageFlags(edition: Edition): string[] {
  return ["--coverage", "--coverage-reporter=lcov", `--coverage-dir=coverage/${edition.name}`];
}

async function coverage(): Promise<Verdict> {
  const hits: LineHits = new Map();
  for (const edition of editions) {
    const report = `coverage/${edition.name}/lcov.info`;
    if (!existsSync(report)) throw new Error(`the tests of ${edition.name} left no ${report}`);
    mergeLcov(hits, await Bun.file(report).text());
  }
  const files = await coverageOf(await sourceFiles(), hits);
  const reached = percent(files);
  const table = coverageTable(files);
  await Bun.write("coverage/summary.txt", `${table}\n`);
  const note = `${reached.toFixed(1)} % of the lines of src (more than ${COVERAGE_FLOOR} % wanted)`;
  return reached > COVERAGE_FLOOR
    ? { passed: 1, failed: 0, note, output: table }
    : { passed: 0, failed: 1, note, output: table };
}

async function everything(wish: Wish): Promise<void> {
  const whole = wish.patterns.length === 0;
  const without = await systemPrograms();
  const generated = await step("generate", async () => generate().then(() => ({ passed: 1, failed: 0 })));
  if (whole && !generated) return;
  if (whole) await checks();
  for (const edition of wish.editions) {
    if (whole) {
      await step(`build ${edition.name}`, async () => buildEdition(edition).then(() => ({ passed: 1, failed: 0 })));
    }
  }
  const env: Record<string, string | undefined> = {
    PURSER_TEST_WITHOUT: without.join(","),
    PURSER_TEST_POSTGRES: undefined,
    // SQLite files at the newest schema with what every test begins with, for this run alone.
    PURSER_TEST_TEMPLATES: templates,
    // As the server itself does (decision 0041): a sixth of the time.
    MIMALLOC_PURGE_DELAY: "-1",
  };
  await step("start PostgreSQL", async () => {
    postgres = await startPostgres();
    env["PURSER_TEST_POSTGRES"] = postgres.url;
    return { passed: 1, failed: 0 };
  });
  rmSync("coverage", { recursive: true, force: true });
  for (const edition of wish.editions) await step(`tests ${edition.name}`, () => suite(edition, wish.patterns, env));
  if (whole && wish.editions.length === editions.length) await step("coverage", coverage);
}

let postgres: PostgresServer | undefined;
const templates = mkdtempSync(join(tmpdir(), "purser-templates-"));
process.on("exit", () => rmSync(templates, { recursive: true, force: true }));
// Nothing may be left running: on Ctrl-C everything is stopped in order, after an exception at least the server.
process.on("exit", () => postgres?.kill());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, async () => {
    stopRunning();
    await postgres?.stop();
    postgres = undefined;
    process.exit(130);
  });
}

const startedAt = performance.now();
await everything(readArguments(process.argv.slice(2)));
await postgres?.stop();
postgres = undefined;
console.log(
  `\n${((performance.now() - startedAt) / 1000).toFixed(0)} s; the whole output of each step is in ${logFolder}/`,
);
if (score.unavailable.length > 0) {
  console.log(
    `Not available, so not checked here (neither passed${isCi ? "" : " nor failed"}): ${score.unavailable.length}`,
  );
  for (const part of score.unavailable) console.log(`  ${part}`);
}
// Once more and in short: what a step printed may be long, and is shown cut on many a build server.
for (const name of score.failures) console.log(`FAILED ${name}`);
console.log(`${score.passed} passed, ${score.failed} failed`);
process.exit(score.failed === 0 ? 0 : 1);
