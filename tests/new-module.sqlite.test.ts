import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namesOf } from "../scripts/lib/new-module/names.ts";

/** `scripts/new-module` makes a module that is as whole as the others: in a copy of the repository, it passes what they pass. */

setDefaultTimeout(900_000);

const root = new URL("..", import.meta.url).pathname;
let copy: string;

async function run(...command: string[]): Promise<string> {
  const started = Bun.spawn(command, { cwd: copy, stdout: "pipe", stderr: "pipe" });
  const output = await Promise.all([new Response(started.stdout).text(), new Response(started.stderr).text()]);
  return (await started.exited) === 0 ? "" : output.join("\n").slice(-6000);
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "purser-new-module-"));
  const parts = [
    "bunfig.toml",
    "docs",
    "migrations",
    "package.json",
    "public",
    "scripts",
    "src",
    "tests",
    "tsconfig.json",
  ];
  for (const part of [...parts, "views", ".oxlintrc.json", "dist/public"])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test("a name that is no plural in snake_case makes nothing", () => {
  expect(["serviceRequests", "service", "", "1s"].map((name) => namesOf([name]))).toEqual([null, null, null, null]);
  expect(namesOf(["activities"])).toMatchObject({ article: "An", single: "activity", type: "Activity" });
  expect(namesOf(["ip_addresses"])).toMatchObject({ article: "An", noun: "ip address", type: "IpAddress" });
});

test("a new module passes types, layout, lint, and the tests that walk all of the program", async () => {
  const bun = process.execPath;
  expect(await run(bun, "scripts/lib/new-module.ts", "activities", "Tätigkeit", "Tätigkeiten")).toBe("");
  expect(await run(bun, "check", "--no-script")).toBe("");
  expect(await run(bun, "fmt", "--no-script", "--check")).toBe("");
  expect(await run(bun, "--bun", "node_modules/.bin/oxlint", "--deny-warnings")).toBe("");
  const tests = ["access", "api-types", "catalog.test", "events", "languages", "openapi"].map(
    (name) => `tests/${name}`,
  );
  const orders = "src/platform/http/jsonapi/orders";
  const flags = [
    "--define",
    "MULTI_TENANT=false",
    "--parallel=2",
    "--no-isolate",
    "--timeout=180000",
    "--only-failures",
  ];
  const ignored = "--path-ignore-patterns=**/*.postgres.test.ts";
  expect(await run(bun, "test", ...flags, ignored, "src/modules/activities", orders, ...tests)).toBe("");
});
