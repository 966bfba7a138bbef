/** The catalogs of all languages, held against the texts of the program. Run by `scripts/texts`, which says how. */
import { join } from "node:path";
import { catalogFiles } from "../generate/languages.ts";
import { type Catalog, catalogProblems, compare } from "./texts/catalogs.ts";
import { gatherTexts } from "./texts/gather.ts";

const root = new URL("../..", import.meta.url).pathname;
const isFixing = process.argv.includes("--fix");

const { owners, problems } = await gatherTexts(root);
const files = await catalogFiles(root);
const languages = [...new Set(files.map(({ language }) => language))];

/** Where the catalog of a module or the platform stands. */
const pathOf = (owner: string, language: string): string =>
  owner === "platform" ? `src/platform/language/${language}.json` : `src/modules/${owner}/languages/${language}.json`;

await writeCatalogs("en", new Map([...owners.keys()].map((key) => [key, key.split("||", 1)[0] ?? ""])));
for (const language of languages) {
  const own = files.filter((file) => file.language === language);
  const read = await Promise.all(
    own.map(async (file) => ({ ...file, catalog: (await Bun.file(join(root, file.path)).json()) as Catalog })),
  );
  if (isFixing) {
    const texts = new Map(read.flatMap(({ catalog }) => Object.entries(catalog)));
    await writeCatalogs(language, new Map([...texts].filter(([key]) => owners.has(key))));
    const missing = [...owners.keys()].filter((key) => !texts.has(key));
    problems.push(...missing.map((key) => `${pathOf(owners.get(key) ?? "", language)} lacks "${key}"`));
  } else problems.push(...catalogProblems(owners, read));
}

console.log(problems.length === 0 ? `${owners.size} texts, all in the catalogs` : problems.join("\n"));
process.exit(problems.length === 0 ? 0 : 1);

/** Writes a language's catalogs, each text where it belongs, sorted; without `--fix` it only says what differs. */
async function writeCatalogs(language: string, texts: ReadonlyMap<string, string>): Promise<void> {
  const byOwner = new Map<string, [string, string][]>();
  for (const [key, text] of texts) {
    const owner = owners.get(key) ?? "platform";
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), [key, text]]);
  }
  for (const [owner, entries] of byOwner) {
    const path = pathOf(owner, language);
    const sorted = Object.fromEntries(entries.toSorted(([a], [b]) => compare(a, b)));
    const content = `${JSON.stringify(sorted, null, 2)}\n`;
    const file = Bun.file(join(root, path));
    if ((await file.exists()) && (await file.text()) === content) continue;
    if (isFixing) await Bun.write(file, content);
    else problems.push(`${path} is not what the source says; run scripts/texts --fix`);
  }
}
