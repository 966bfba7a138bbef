import { basename, join } from "node:path";
import { writeChanged } from "./write.ts";

/** Writes `dist/generated/migrations.ts`, the index of all migrations in the order of their names; answers how many. */
export async function generateMigrations(root: string): Promise<number> {
  const files = await Array.fromAsync(new Bun.Glob("*.ts").scan(join(root, "migrations")));
  const names = files
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => basename(file, ".ts"))
    .sort();
  const imports = names.map((name, index) => `import { migration as m${index} } from "../../migrations/${name}.ts";\n`);
  const entries = names.map((name, index) => `  ${JSON.stringify(name)}: m${index},\n`);
  await writeChanged(
    join(root, "dist/generated/migrations.ts"),
    `import type { Migration } from "../../src/platform/database/migrator.ts";\n${imports.join("")}\n` +
      `/** Every step of the schema, oldest first. */\n` +
      `export const migrations: Record<string, Migration> = {\n${entries.join("")}};\n`,
  );
  return names.length;
}
