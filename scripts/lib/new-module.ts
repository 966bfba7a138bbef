import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  germanCatalog,
  migration,
  withEndpoints,
  withFragments,
  withModule,
  withPages,
  withPermissions,
  withRow,
} from "./new-module/elsewhere.ts";
import { namesOf } from "./new-module/names.ts";
import { rooms } from "./new-module/rooms.ts";
import { compare } from "./texts/catalogs.ts";

/** Makes a module that passes every test as it stands: docs/new-module.md goes on from there. */
const names = namesOf(process.argv.slice(2));
if (names === null) {
  console.error(`usage: scripts/new-module NAME [GERMAN_ONE GERMAN_SEVERAL], where NAME is a plural in snake_case:
  scripts/new-module service_requests Serviceanfrage Serviceanfragen`);
  process.exit(2);
}
const folder = `src/modules/${names.name}`;
if (existsSync(folder)) {
  console.error(`${folder} is there already`);
  process.exit(1);
}

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
for (const [file, text] of Object.entries(rooms(names))) write(`${folder}/${file}`, text);
const german = Object.fromEntries(Object.entries(germanCatalog(names)).toSorted(([a], [b]) => compare(a, b)));
write(`${folder}/languages/de.json`, `${JSON.stringify(german, null, 2)}\n`);
const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 13);
const step = `migrations/${stamp}_${names.name}.ts`;
write(step, migration(names));

const lists = {
  "src/modules/index.ts": withModule,
  "docs/architecture.md": withRow,
  "tests/access/pages.ts": withPages,
  "tests/access/api.ts": withEndpoints,
  "tests/access/permissions.ts": withPermissions,
  "tests/access/fragments.ts": withFragments,
};
for (const [path, added] of Object.entries(lists)) {
  const text = readFileSync(path, "utf8");
  const result = added(text, names);
  if (result === text) throw new Error(`${path} is not as this program knows it`);
  write(path, result);
}

// Laid out, and with all that is generated from it: the next command may be the test.
const failed = [
  [process.execPath, "fmt", "--no-script", folder, step, ...Object.keys(lists)],
  [process.execPath, "scripts/generate.ts"],
  [process.execPath, "--define", "MULTI_TENANT=true", "scripts/lib/texts.ts", "--fix"],
  [process.execPath, "--define", "MULTI_TENANT=false", "scripts/generate/api.ts"],
].filter((command) => {
  const { success, stdout, stderr } = Bun.spawnSync(command);
  if (!success) console.error(`${command.join(" ")}\n${stdout.toString()}${stderr.toString()}`);
  return !success;
});
console.log(`Made ${folder}, ${step} and its lines in ${Object.keys(lists).join(", ")}.
See that it works: scripts/test ${folder}`);
process.exit(failed.length === 0 ? 0 : 1);
