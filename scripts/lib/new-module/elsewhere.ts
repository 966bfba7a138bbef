import type { Names } from "./names.ts";

/** What a new module writes outside of its code: its German texts, and lines in lists that name every module or route. */

/** German for each text of the rooms: wordings that are right for words of any gender. */
export function germanCatalog(names: Names): Record<string, string> {
  const { words, title, noun, sentence, article } = names;
  const { one, many } = names.german;
  return {
    [`${article} ${noun} was made.`]: `${one} wurde angelegt.`,
    [`Add, change and delete ${words}`]: `${many} anlegen, ändern und löschen`,
    [`Add the first of your ${words}.`]: `Hier stehen ${many}, sobald der erste Eintrag angelegt ist.`,
    [`Create ${noun}`]: `${one} anlegen`,
    [`New ${noun}`]: `${one} anlegen`,
    [`No ${words} yet`]: `Noch keine ${many}`,
    [`See ${words}`]: `${many} sehen`,
    [sentence]: one,
    [title]: many,
    [`${sentence} created.`]: `${one} angelegt.`,
    [`${sentence} deleted.`]: `${one} gelöscht.`,
    [`${title}, as a list and over the API.`]: `${many} als Liste und über die API.`,
    [noun]: one,
  };
}

export function migration({ name, title }: Names): string {
  return `import type { Migration } from "../src/platform/database/migrator.ts";

/** ${title}. */
export const migration: Migration = {
  up: async (schema) => {
    await schema.createTables({ ${name}: { isRecord: true, columns: { name: "text" } } });
    const byName = schema.dialect === "sqlite" ? "name collate nocase" : "lower(name)";
    await schema.run(\`create index ${name}_by_name on ${name} (tenant_id, \${byName}, id)\`);
  },
};
`;
}

/** `src/modules/index.ts` with the module in it. */
export function withModule(text: string, { name, camel }: Names): string {
  return text
    .replace(/\n\n\/\*\*/, `\nimport { ${camel}Module } from "./${name}/index.ts";\n\n/**`)
    .replace(/\n  \.\.\.multiTenant,/, `\n  ${camel}Module,\n  ...multiTenant,`);
}

/** `docs/architecture.md` with a row about it, to be reworded. */
export function withRow(text: string, { name, words }: Names): string {
  return text.replace(/\n\| `tenants`/, `\n| \`${name}\` | ${words} | – |\n| \`tenants\``);
}

/** `tests/access/pages.ts` with its pages, for the roles that the module's `grants` name. */
export function withPages(text: string, { path }: Names): string {
  return withRoutes(text, [
    `GET /${path}`,
    `GET POST /${path}/new`,
    `GET POST /${path}/:id`,
    `POST /${path}/:id/delete`,
  ]);
}

/** `tests/access/api.ts` with its endpoints. */
export function withEndpoints(text: string, { path }: Names): string {
  return withRoutes(text, [`GET POST /api/v1/${path}`, `GET PUT PATCH DELETE /api/v1/${path}/:id`]);
}

function withRoutes(text: string, lines: readonly string[]): string {
  return text.replace(/("technician, administrator": `\n)/, `$1${lines.map((line) => `    ${line}\n`).join("")}`);
}

/** `tests/access/permissions.ts` with what its pages and endpoints ask for. */
export function withPermissions(text: string, { name, path }: Names): string {
  const group = (permission: string, lines: readonly string[]): string =>
    `  "${name}.${permission}": \`\n${lines.map((line) => `    ${line}\n`).join("")}  \`,\n`;
  const read = group("read", [
    `GET /${path}`,
    `GET POST /${path}/:id`,
    `GET /api/v1/${path}`,
    `GET /api/v1/${path}/:id`,
  ]);
  const write = group("write", [
    `GET POST /${path}/new`,
    `POST /${path}/:id/delete`,
    `POST /api/v1/${path}`,
    `PUT PATCH DELETE /api/v1/${path}/:id`,
  ]);
  return text
    .replace(/(permissionsOfRoutes: [^=]*= \{\n)/, (start) => start + read + write)
    .replace(/(askedForSending: [^=]*= \{\n)/, (start) => `${start}  "POST /${path}/:id": "${name}.write",\n`);
}

/** `tests/access/fragments.ts` with the parts of its pages that htmx asks for. */
export function withFragments(text: string, { path }: Names): string {
  const lines = { "list-region": [`/${path}`], "sheet-body": [`/${path}/new`, `/${path}/:id`] };
  return Object.entries(lines).reduce(
    (all, [target, paths]) =>
      all.replace(`  "${target}": \`\n`, (start) => start + paths.map((one) => `    ${one}\n`).join("")),
    text,
  );
}
