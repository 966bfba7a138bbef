import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import subsetFont from "subset-font";
import { writeChanged } from "./write.ts";

/** What is source for a bundle, not a file for the browser. */
const isSource = (file: string): boolean => /\.(css|js)$/.test(file) || file.startsWith(".");

/**
 * Fills `dist/public` (styles, script bundle, other files of `public/` as they are), takes away what no longer belongs
 * there, and writes `dist/generated/assets.ts`. Answers the asset version: a hash of all contents, used as `?v=…`.
 */
export async function generateAssets(root: string): Promise<string> {
  const target = join(root, "dist/public");
  const [styles, app, passkeys, copies, fonts] = await Promise.all([
    buildStyles(root),
    buildScript(root, "app.js"),
    buildScript(root, "passkeys.js"),
    readCopies(root),
    readFonts(root),
  ]);
  const files = new Map<string, Uint8Array>([
    ["styles.css", styles],
    ["app.js", app],
    ["passkeys.js", passkeys],
    ...copies,
    ...fonts,
  ]);

  const hash = new Bun.CryptoHasher("sha256");
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(name).update(bytes);
  const version = hash.digest("hex").slice(0, 12);

  for (const [name, bytes] of files) await writeChanged(join(target, name), bytes);
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(target.length + 1);
    if (entry.isFile() && !files.has(name) && !name.endsWith(".tmp")) await rm(path);
  }
  await writeChanged(
    join(root, "dist/generated/assets.ts"),
    `/** Changes whenever any file in dist/public does. */\nexport const assetVersion = "${version}";\n`,
  );
  return version;
}

async function buildStyles(root: string): Promise<Uint8Array> {
  const cli = join(root, "node_modules/@tailwindcss/cli/dist/index.mjs");
  const child = Bun.spawn([process.execPath, cli, "--input", "public/styles.css", "--minify"], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [styles, problems, code] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0 || styles.length === 0) throw new Error(`the styles cannot be built:\n${problems}`);
  return styles;
}

async function buildScript(root: string, name: string): Promise<Uint8Array> {
  const built = await Bun.build({
    entrypoints: [join(root, "public", name)],
    target: "browser",
    format: "esm",
    minify: true,
  });
  const output = built.outputs[0];
  if (!built.success || output === undefined)
    throw new Error(`the script cannot be bundled:\n${built.logs.join("\n")}`);
  return new Uint8Array(await output.arrayBuffer());
}

async function readCopies(root: string): Promise<[string, Uint8Array][]> {
  const folder = join(root, "public");
  const files = await Array.fromAsync(new Bun.Glob("**/*").scan(folder));
  return Promise.all(
    files
      .filter((file) => !isSource(file))
      .map(async (file): Promise<[string, Uint8Array]> => [file, await Bun.file(join(folder, file)).bytes()]),
  );
}

/**
 * The typeface by writing system; a browser fetches only those that a page has letters of (`public/styles/fonts.css`). The
 * letters of Central Europe and Turkey stand in almost every list of names: they are a file of their own, a sixth of the one
 * with all the rest of Latin.
 */
async function readFonts(root: string): Promise<[string, Uint8Array][]> {
  const folder = join(root, "node_modules/@fontsource-variable/inter/files");
  const files = await Array.fromAsync(new Bun.Glob("inter-*-wght-normal.woff2").scan(folder));
  const whole = await Promise.all(
    files.map(async (file): Promise<[string, Uint8Array]> => [
      `fonts/${file.replace("-wght-normal", "")}`,
      await Bun.file(join(folder, file)).bytes(),
    ]),
  );
  const extended = whole.find(([name]) => name === "fonts/inter-latin-ext.woff2")?.[1];
  if (extended === undefined) throw new Error("the typeface has no file of extended Latin");
  const near = await subsetFont(Buffer.from(extended), nearLetters(), { targetFormat: "woff2" });
  return [...whole, ["fonts/inter-latin-near.woff2", near]];
}

/** Latin Extended-A, and the Romanian letters with a comma below. */
function nearLetters(): string {
  const letters = (from: number, to: number): string =>
    String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, at) => from + at));
  return letters(0x100, 0x17f) + letters(0x218, 0x21b);
}
