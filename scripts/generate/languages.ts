import { join } from "node:path";
import { writeChanged } from "./write.ts";

/**
 * Writes `dist/generated/languages.ts`: for each language the catalogs of platform and modules as one. A language is there
 * as soon as there are files of its name. Answers how many languages there are beside English.
 */
export async function generateLanguages(root: string): Promise<number> {
  const files = await catalogFiles(root);
  const languages = [...new Set(files.map(({ language }) => language))].sort();
  const imports = files.map(({ path }, at) => `import c${at} from "../../${path}";\n`);
  const entries = languages.map((language) => {
    const parts = files.flatMap((file, at) => (file.language === language ? [`...c${at}`] : []));
    return `  ${JSON.stringify(language)}: { ${parts.join(", ")} },\n`;
  });
  await writeChanged(
    join(root, "dist/generated/languages.ts"),
    `${imports.join("")}\n/** Language → English text → text. English itself needs none. */\n` +
      `export const catalogs: Record<string, Record<string, string>> = {\n${entries.join("")}};\n`,
  );
  return languages.length;
}

/** The catalogs there are, English ones left out: they are made from the source. */
export async function catalogFiles(root: string): Promise<{ path: string; owner: string; language: string }[]> {
  const patterns = ["src/platform/language/*.json", "src/modules/*/languages/*.json"];
  const found = await Promise.all(
    patterns.map((pattern) => Array.fromAsync(new Bun.Glob(pattern).scan({ cwd: root }))),
  );
  return found
    .flat()
    .map((path) => ({ path, owner: ownerOf(path), language: /(\w+)\.json$/.exec(path)?.[1] ?? "" }))
    .filter(({ language }) => language !== "en")
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function ownerOf(path: string): string {
  return /^src\/modules\/([^/]+)\//.exec(path)?.[1] ?? "platform";
}
