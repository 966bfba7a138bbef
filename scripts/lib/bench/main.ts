/** `scripts/bench`: builds, measures part by part, prints the tables. Results are kept, so that parts can be measured apart. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildEdition, type Edition, editions, generate } from "../build.ts";
import { openDataSets, type Written, writtenFile } from "./data.ts";
import { bringPrograms, browser } from "../packages.ts";
import { run } from "../steps.ts";
import { wrongUsage } from "../wrong-usage.ts";
import { machine } from "./machine.ts";
import { type Measurements, pageOf } from "./page.ts";
import { type PartName, partNames, parts, type Results } from "./parts.ts";
import { shown } from "./report.ts";

interface Wish {
  editions: Edition[];
  parts: PartName[];
  folder: string;
  isQuick: boolean;
  isWritten: boolean;
}

function readArguments(args: readonly string[]): Wish {
  const wish: Wish = {
    editions,
    parts: [...partNames],
    folder: resolve("tmp/bench"),
    isQuick: false,
    isWritten: false,
  };
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    const value = (): string => args[(at += 1)] ?? wrongUsage("bench", `${argument} needs a value`);
    if (argument === "--edition") {
      const name = value();
      wish.editions = editions.filter((edition) => edition.name === name);
      if (wish.editions.length === 0) wrongUsage("bench", "--edition is purser or multitenant");
    } else if (argument === "--only") {
      const names = value()
        .split(",")
        .filter((name) => name !== "");
      wish.parts = partNames.filter((name) => names.includes(name));
      if (wish.parts.length !== names.length) wrongUsage("bench", `--only takes ${partNames.join(", ")}`);
    } else if (argument === "--data-dir") wish.folder = resolve(value());
    else if (argument === "--quick") wish.isQuick = true;
    else if (argument === "--write") wish.isWritten = true;
    else wrongUsage("bench", `unknown argument ${argument}`);
  }
  return wish;
}

async function measure<Name extends PartName>(
  name: Name,
  round: Parameters<(typeof parts)[Name]>[0],
): Promise<Results[Name]> {
  const result = await parts[name](round);
  console.log(`\n## ${round.sets.database}: ${shown[name].title}\n\n${shown[name].draw(result)}`);
  return result;
}

const wish = readArguments(process.argv.slice(2));
mkdirSync(wish.folder, { recursive: true });
// Before anything is measured, so that nobody waits half an hour to hear of it.
if (wish.parts.includes("paint"))
  for (const { program, reason } of await bringPrograms([browser])) throw new Error(`${program} is missing: ${reason}`);
await generate();
for (const edition of wish.editions) {
  await buildEdition(edition);
  const sets = await openDataSets(edition, wish.folder);
  try {
    for (const name of wish.parts) {
      const result = await measure(name, { edition, sets, isQuick: wish.isQuick });
      if (wish.isQuick) continue;
      const { parts: before } = await keptOf(edition);
      const now: Measurements = {
        database: sets.database,
        parts: { ...before, [name]: { at: new Date().toISOString(), result } },
      };
      await keptFile(edition).write(JSON.stringify(now, null, 1));
    }
  } finally {
    await sets.close();
  }
}
if (wish.isWritten) {
  const measured: Measurements[] = [];
  for (const edition of editions) measured.push(await keptOf(edition));
  await Bun.write("docs/benchmarks.md", pageOf(await machine(), measured));
  await run([process.execPath, "fmt", "--no-script", "docs/benchmarks.md"]);
  console.error("docs/benchmarks.md is written");
}

function keptFile({ name }: Edition): Bun.BunFile {
  return Bun.file(join(wish.folder, `results-${name}.json`));
}

async function keptOf(edition: Edition): Promise<Measurements> {
  const file = keptFile(edition);
  const kept = (await file.exists()) ? ((await file.json()) as Measurements) : { database: edition.name, parts: {} };
  const written = writtenFile(wish.folder, edition, "large");
  return (await written.exists()) ? { ...kept, written: (await written.json()) as Written } : kept;
}
