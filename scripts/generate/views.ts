import Handlebars from "handlebars";
import { join } from "node:path";
import { helpers } from "../../src/platform/http/pages/template-helpers.ts";
import { writeChanged } from "./write.ts";

const builtIn = ["if", "unless", "each", "with", "lookup"];

/** What templates are compiled with; the library's types leave it out. */
interface Compiling {
  JavaScriptCompiler: new () => object;
}
const handlebars = Handlebars.create() as typeof Handlebars & Compiling;

/**
 * Reads a property as JavaScript does. Handlebars asks a function that keeps templates of strangers off prototypes; ours are our own,
 * and the names in them are fixed when they are compiled.
 */
class PlainCompiler extends handlebars.JavaScriptCompiler {
  /** What blocks inside a template are compiled with. */
  readonly compiler = PlainCompiler;

  nameLookup(parent: string, name: string): unknown {
    return [parent, "[", JSON.stringify(name), "]"];
  }
}
handlebars.JavaScriptCompiler = PlainCompiler;

/** Where in its file each call of a helper stands: three objects that are made at every call, for messages that nobody reads. */
const places = /, ?(?:"loc":)?\{"start":\{"line":\d+,"column":\d+\},"end":\{"line":\d+,"column":\d+\}\}/g;

/**
 * Precompiles every Handlebars file below `views/` into the one module `dist/generated/views.js`; answers how many. A name that is
 * looked up in the model but is not there throws when rendering (strict), an unknown helper already here.
 */
export async function generateViews(root: string): Promise<number> {
  const folder = join(root, "views");
  const files = (await Array.fromAsync(new Bun.Glob("**/*.hbs").scan(folder))).sort();
  const knownHelpers = Object.fromEntries([...builtIn, ...Object.keys(helpers)].map((name) => [name, true]));
  const entries = await Promise.all(
    files.map(async (file) => {
      const source = await Bun.file(join(folder, file)).text();
      const name = file.slice(0, -".hbs".length);
      try {
        // Without preventIndent a partial on a line of its own indents what it prints: a textarea's text would grow each time.
        const spec = handlebars.precompile(source, {
          strict: true,
          preventIndent: true,
          knownHelpers,
          knownHelpersOnly: true,
        });
        return `  ${JSON.stringify(name)}: ${String(spec).replace(places, "")},\n`;
      } catch (error) {
        throw new Error(`views/${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }),
  );
  await writeChanged(join(root, "dist/generated/views.js"), `export const views = {\n${entries.join("")}};\n`);
  await writeChanged(
    join(root, "dist/generated/views.d.ts"),
    `/** Template name (path below views/, without .hbs) → precompiled template. */\n` +
      `export const views: Record<string, TemplateSpecification>;\n`,
  );
  return files.length;
}
