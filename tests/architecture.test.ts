import { Glob } from "bun";
import { expect, test } from "bun:test";
import { dirname, join, normalize } from "node:path";

import { callsBefore } from "./support/chains.ts";
import { findCycle, importsOf, layerOf, layers, moduleOf } from "./support/imports.ts";
import { viewProblems } from "./support/view-rules.ts";

const sources = (await Array.fromAsync(new Glob("src/**/*.ts").scan("."))).toSorted();
const production = sources.filter((file) => !file.endsWith(".test.ts"));
const views = (await Array.fromAsync(new Glob("views/**/*.hbs").scan("."))).toSorted();

type Import = { from: string; to: string };

/** Imports between files of src, paths from the root of the repository. */
async function importsWithin(files: string[]): Promise<Import[]> {
  const found: Import[] = [];
  for (const from of files) {
    for (const specifier of importsOf(await Bun.file(from).text())) {
      if (specifier.startsWith(".")) found.push({ from, to: normalize(join(dirname(from), specifier)) });
    }
  }
  return found;
}

const imports = await importsWithin(production);
const inWords = ({ from, to }: Import) => `${from} imports ${to}`;

test("imports point one way: platform ← modules ← app ← cli ← main", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [lower, upper] = [layerOf(to), layerOf(from)];
    return lower !== undefined && upper !== undefined && layers.indexOf(lower) > layers.indexOf(upper);
  });
  expect(wrong.map(inWords)).toEqual([]);
});

test("every file of src belongs to a layer", () => {
  expect(production.filter((file) => layerOf(file) === undefined && !file.endsWith(".d.ts"))).toEqual([]);
});

test("a module uses another one only through its index.ts", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [user, used] = [moduleOf(from), moduleOf(to)];
    return user !== undefined && used !== undefined && user !== used && to !== `src/modules/${used}/index.ts`;
  });
  expect(wrong.map(inWords)).toEqual([]);
});

/** Which modules each module uses. */
const uses = new Map<string, Set<string>>();
for (const user of production.map(moduleOf)) if (user !== undefined) uses.set(user, new Set());
for (const { from, to } of imports) {
  const [user, used] = [moduleOf(from), moduleOf(to)];
  if (user !== undefined && used !== undefined && user !== used) uses.get(user)?.add(used);
}

test("modules do not use each other in a circle", () => {
  expect(findCycle(uses)).toEqual([]);
});

test("docs/architecture.md names every module, and those that it uses", async () => {
  const text = await Bun.file("docs/architecture.md").text();
  const rows = [...text.matchAll(/^\| `(\w+)` +\|[^|]*\|([^|]*)\|$/gm)];
  const said = rows.map(([, name = "", used = ""]) => [
    name,
    used
      .split(",")
      .map((one) => one.trim())
      .toSorted(),
  ]);
  const found = [...uses].map(([name, used]) => [name, used.size === 0 ? ["–"] : [...used].toSorted()]);
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(found));
});

test("rules.ts is pure: it reaches no database, no clock and no I/O", async () => {
  const wrong: string[] = [];
  for (const file of production.filter((path) => path.startsWith("src/modules/") && path.endsWith("/rules.ts"))) {
    const source = await Bun.file(file).text();
    const impure = /\b(Date\.now|new Date\(\)|Temporal\.Now|Math\.random|fetch\(|Bun\.(file|write|sleep|spawn))/.exec(
      source,
    );
    if (impure) wrong.push(`${file} uses ${impure[0]}`);
    for (const specifier of importsOf(source)) {
      if (/^(node|bun):|^(pg|kysely)$|\/(database|http|files|mail)\//.test(specifier)) {
        wrong.push(`${file} imports ${specifier}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("the first row of an order is asked for alone: executeTakeFirst after orderBy has a limit", async () => {
  const wrong: string[] = [];
  for (const file of production) {
    const source = await Bun.file(file).text();
    for (const { index } of source.matchAll(/\.executeTakeFirst/g)) {
      const calls = callsBefore(source, index);
      // It takes the first of all rows that come: the database sends every one that there is.
      if (calls.includes("orderBy") && !calls.includes("limit"))
        wrong.push(`${file}:${source.slice(0, index).split("\n").length}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("src has no default export", async () => {
  const wrong: string[] = [];
  // Declarations of other people's files (a font) say what the bundler makes of them.
  for (const file of sources.filter((path) => !path.endsWith(".d.ts"))) {
    if (/^export default\b|\bas default\b/m.test(await Bun.file(file).text())) wrong.push(file);
  }
  expect(wrong).toEqual([]);
});

test("no file of src is longer than 400 lines", async () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const lines = (await Bun.file(file).text()).trimEnd().split("\n").length;
    if (lines > 400) wrong.push(`${file}: ${lines} lines`);
  }
  expect(wrong).toEqual([]);
});

test("what may be missing is looked up by maybeFind: no error of a lookup is caught, for an outage is one too", async () => {
  const wrong: string[] = [];
  for (const file of production)
    if (/\b(find|maybeFind)\([^;{}]*\)\s*\.catch\(/.test(await Bun.file(file).text())) wrong.push(file);
  expect(wrong).toEqual([]);
});

test("no file is a drawer for anything: utils.ts, helpers.ts, common.ts, misc.ts", () => {
  expect(sources.filter((file) => /\/(utils?|helpers?|common|misc)\.ts$/.test(file))).toEqual([]);
});

test("views hold nothing that the content security policy stops", async () => {
  const wrong: string[] = [];
  for (const file of views) {
    const problems = viewProblems(await Bun.file(file).text(), { isMail: file.startsWith("views/mail/") });
    wrong.push(...problems.map((problem) => `${file}:${problem}`));
  }
  expect(wrong).toEqual([]);
});

test("no file names a path of somebody's machine", async () => {
  // In pieces, so that this file does not find itself.
  const places = [
    ["/wo", "rk/main"],
    ["/wo", "rk/shared"],
    ["/ro", "ot/"],
    ["/Us", "ers/"],
  ].map((pieces) => pieces.join(""));
  const listed = Bun.spawn(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
  const files = (await new Response(listed.stdout).text()).split("\0").filter((file) => file !== "");
  expect(await listed.exited).toBe(0);
  const wrong: string[] = [];
  for (const file of files) {
    const source = Bun.file(file);
    if (!(await source.exists()) || source.size > 1_000_000) continue;
    const text = await source.text();
    if (text.includes("\0")) continue;
    if (places.some((place) => text.includes(place))) wrong.push(file);
  }
  expect(wrong).toEqual([]);
});
