import { join } from "node:path";
import { modules } from "../../../src/modules/index.ts";
import { allTables, labelOf, type Table } from "../../../src/platform/database/columns.ts";
import { words } from "../../../src/platform/http/pages/cells.ts";
import { isForPeople } from "./positions.ts";
import { textsOf } from "./source.ts";
import { viewTexts } from "./views.ts";

export interface Gathered {
  /** Every text of the program → whose catalog it belongs to: a module's, or the platform's when several say it. */
  owners: Map<string, string>;
  /** What no catalog could hold, each with its place: `src/…:12 "text"`. */
  problems: string[];
}

/** Finds every text that people read: in the source, in the templates, and in what the modules declare. */
export async function gatherTexts(root: string): Promise<Gathered> {
  const sayers = new Map<string, Set<string>>();
  const problems: string[] = [];
  const say = (text: string, owner: string): void => {
    if (text === "") return;
    const known = sayers.get(text) ?? new Set();
    sayers.set(text, known.add(owner));
  };
  for (const path of await filesOf(root, "src/**/*.ts")) {
    if (!isForPeople(path)) continue;
    const found = textsOf(path, await Bun.file(join(root, path)).text());
    for (const { key } of [...found.spoken, ...found.declared]) say(key, ownerOf(path));
    for (const { key, line } of found.loose) problems.push(`${path}:${line} "${key}" is not given to t`);
    for (const { key, line } of found.unreadable) problems.push(`${path}:${line} t(${key}) cannot be looked up`);
  }
  for (const path of await filesOf(root, "views/**/*.hbs")) {
    const found = viewTexts(await Bun.file(join(root, path)).text());
    for (const { text } of found.spoken) say(text, ownerOf(path));
    for (const { text, line } of found.loose) problems.push(`${path}:${line} "${text}" is not given to t`);
  }
  for (const [text, owner] of declaredTexts()) say(text, owner);
  const owners = new Map<string, string>();
  for (const [text, known] of sayers) owners.set(text, known.size === 1 ? ([...known][0] ?? "platform") : "platform");
  return { owners, problems };
}

/** Labels that follow from names: those of columns, and the words of enumerations. */
function* declaredTexts(): Generator<[text: string, owner: string]> {
  // Events, and what listens to them: `billing.invoice_paid` is read as "Billing: Invoice paid".
  for (const { name, emits, events } of modules)
    for (const one of [...(emits ?? []), ...(events ?? [])])
      for (const part of one.name.split(".")) yield [words(part), name];
  const owners = new Map(modules.flatMap((module) => (module.tables ?? []).map((table) => [table.name, module.name])));
  for (const table of allTables()) {
    const owner = owners.get(table.name) ?? "platform";
    // Nobody reads what the program keeps for itself. Of the platform's tables that is what leaves no audit entry, whether
    // or not something has loaded the table's file before.
    if (!table.isAudited && (table.readPermission === null || owner === "platform")) continue;
    yield [table.noun, owner];
    for (const [name, column] of Object.entries((table as Table).columns)) {
      if (name === "tenant_id" || name === "version") continue;
      yield [labelOf(name, column), owner];
      if (column.kind === "enum") for (const value of column.values) yield [words(value), owner];
    }
  }
}

async function filesOf(root: string, pattern: string): Promise<string[]> {
  return (await Array.fromAsync(new Bun.Glob(pattern).scan({ cwd: root }))).sort();
}

const moduleNames = new Set(modules.map(({ name }) => name));

/** A module's own folder in `src/modules` or `views`; everything else is the platform's. */
function ownerOf(path: string): string {
  const name = /^(?:src\/modules|views)\/([^/]+)\//.exec(path)?.[1] ?? "";
  return moduleNames.has(name) ? name : "platform";
}
