import { generateAssets } from "./generate/assets.ts";
import { generateBreachedPasswords } from "./generate/breached-passwords.ts";
import { generateLanguages } from "./generate/languages.ts";
import { generateMigrations } from "./generate/migrations.ts";

/**
 * Writes everything that is built before Purser can run or be compiled: `dist/generated` (templates, the index of
 * migrations, the asset version) and `dist/public` (what the browser gets). Run by `bun scripts/generate.ts`.
 */
const started = performance.now();
const root = new URL("..", import.meta.url).pathname;

const languages = await generateLanguages(root);
// The templates' helpers speak the languages, so those have to be there first.
const { generateViews } = await import("./generate/views.ts");
const [views, migrations, assets, breached] = await Promise.all([
  generateViews(root),
  generateMigrations(root),
  generateAssets(root),
  generateBreachedPasswords(root),
]);

console.log(
  `generated ${views} views, ${migrations} migrations, ${languages + 1} languages, assets ${assets}, ${breached} breached passwords in ${Math.round(performance.now() - started)} ms`,
);
