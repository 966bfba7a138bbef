import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

/** Makes the rooms of a new module with one table, its endpoints, its pages and a test; docs/new-module.md goes on from there. */
const name = process.argv[2] ?? "";
if (!/^[a-z][a-z_]*s$/.test(name)) {
  console.error("usage: scripts/new-module NAME, where NAME is a plural in snake_case: service_requests");
  process.exit(2);
}
const folder = `src/modules/${name}`;
if (existsSync(folder)) {
  console.error(`${folder} is there already`);
  process.exit(1);
}
const words = name.replaceAll("_", " ");
const title = words.charAt(0).toUpperCase() + words.slice(1);
const noun = words.replace(/ies$/, "y").replace(/s$/, "");
const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const one = camel.replace(/ies$/, "y").replace(/s$/, "");
const type = one.charAt(0).toUpperCase() + one.slice(1);
const path = name.replaceAll("_", "-");

const files: Record<string, string> = {
  "schema.ts": `import { col, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** What a ${noun} is. */
export const ${camel} = table("${name}", { ...record, name: col.text({ maxLength: 200 }) }, { noun: "${noun}", readPermission: "${name}.read" });

declare module "../../platform/database/tables.ts" {
  interface Tables {
    ${name}: TableType<typeof ${camel}>;
  }
}
`,
  "actions.ts": `import { action } from "../../platform/action.ts";
import type { Work } from "../../platform/context.ts";
import type { NewRow } from "../../platform/database/columns.ts";
import { fromEdge, newInput, type PatchInput, patchInput } from "../../platform/database/edge.ts";
import { insert, remove, update } from "../../platform/database/records.ts";
import { ${camel} } from "./schema.ts";

export const create${type} = action({
  name: "${name}.create",
  permission: "${name}.write",
  input: newInput(${camel}),
  run: (work: Work, input: Record<string, unknown>) =>
    insert(work, ${camel}, fromEdge(${camel}, input, work.tenant.currency) as NewRow<typeof ${camel}>),
});

export const update${type} = action({
  name: "${name}.update",
  permission: "${name}.write",
  input: patchInput(${camel}),
  run: (work: Work, input: PatchInput) =>
    update(work, ${camel}, input.id, fromEdge(${camel}, input, work.tenant.currency), input.version),
});

export const delete${type} = action({
  name: "${name}.delete",
  permission: "${name}.write",
  input: patchInput(${camel}, []),
  run: (work: Work, input: PatchInput) => remove(work, ${camel}, input.id, input.version),
});
`,
  "resources.ts": `import { resource } from "../../platform/resource.ts";
import { create${type}, delete${type}, update${type} } from "./actions.ts";
import { ${camel} } from "./schema.ts";

export const ${one}Resource = resource({
  type: "${name}",
  table: ${camel},
  permission: "${name}.read",
  create: create${type},
  update: update${type},
  remove: delete${type},
  sort: "name",
});
`,
  "transfers.ts": `import { transfer, type Transfer } from "../../platform/transfer/facet.ts";
import { ${one}Resource } from "./resources.ts";

/** ${title} as files. */
export const ${camel}Transfers: readonly Transfer[] = [
  transfer({ resource: ${one}Resource, label: "${title}", order: 400 }),
];
`,
  "lists.ts": `import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { cell, empty, link } from "../../platform/http/cells.ts";
import type { List } from "../../platform/http/list.ts";
import { t } from "../../platform/language/index.ts";
import { ${camel} } from "./schema.ts";

interface ${type}Row {
  id: string;
  name: string;
  updated_at: string;
}

export const ${one}List: List<${type}Row> = {
  title: "${title}",
  url: "/${path}",
  table: "${name}",
  query: (ctx) => reach(ctx, "${name}").select(["${name}.id", "${name}.name", "${name}.updated_at"]),
  columns: [
    { key: "name", label: "Name", sort: { reference: "${name}.name", column: ${camel}.columns.name }, cell: (row) => cell.strong(row.name, \`/${path}/\${row.id}/edit\`) },
    { key: "updated_at", label: "Changed", is_secondary: true, sort: { reference: "${name}.updated_at", column: ${camel}.columns.updated_at }, cell: (row, ctx) => cell.instant(row.updated_at, ctx.tenant, ctx.app.clock.now()) },
  ],
  sort: "name",
  href: (row) => \`/${path}/\${row.id}/edit\`,
  actions: (ctx) => (can(ctx.actor, "${name}.write") ? [link(t("New ${noun}"), "/${path}/new", "plus", "primary")] : []),
  empty: () => empty("box", t("No ${words} yet"), t("Add the first one.")),
};
`,
  "pages.ts": `import { find } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { columnField, formModel, type FormValues, rowValues } from "../../platform/http/form-model.ts";
import { formRoutes } from "../../platform/http/form-page.ts";
import { listAnswer } from "../../platform/http/list.ts";
import { type Incoming, redirect, type Route } from "../../platform/http/route.ts";
import type { FormModel } from "../../platform/http/view-models.ts";
import { t } from "../../platform/language/index.ts";
import { create${type}, update${type} } from "./actions.ts";
import { ${one}List } from "./lists.ts";
import { ${camel} } from "./schema.ts";

async function ${one}Form(ctx: Ctx, incoming: Incoming, typed: FormValues | null, failure: Failure | null): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "${name}", id);
  return formModel({
    action: id === null ? "/${path}/new" : \`/${path}/\${id}/edit\`,
    values: typed ?? (row === null ? {} : rowValues(${camel}, row)),
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create ${noun}") : t("Save changes"),
    cancel_url: "/${path}",
    sections: [{ title: t("${title}"), fields: [columnField(${camel}, "name", { span: 6 })] }],
  });
}

const breadcrumbs = [{ label: "${title}", href: "/${path}" }];

export const ${one}Pages: Route[] = [
  { method: "GET", path: "/${path}", door: "staff", permission: "${name}.read", handle: (ctx, incoming) => listAnswer(ctx, incoming, ${one}List) },
  ...formRoutes({ path: "/${path}/new", permission: "${name}.write", action: create${type}, title: () => t("New ${noun}"), form: ${one}Form, breadcrumbs, done: () => redirect("/${path}", t("${title} changed.")) }),
  ...formRoutes({
    path: "/${path}/:id/edit",
    permission: "${name}.write",
    action: update${type},
    title: async (ctx, { id = "" }) => (await find(ctx, "${name}", id)).name,
    form: ${one}Form,
    extra: (incoming) => ({ id: incoming.params["id"] }),
    breadcrumbs,
    done: () => redirect("/${path}", t("${title} changed.")),
  }),
];
`,
  "index.ts": `import type { AnyAction } from "../../platform/action.ts";
import { defineModule } from "../../platform/module.ts";
import * as actions from "./actions.ts";
import { ${one}Pages } from "./pages.ts";
import { ${one}Resource } from "./resources.ts";
import { ${camel} } from "./schema.ts";
import { ${camel}Transfers } from "./transfers.ts";

/** ${title}. */
export const ${camel}Module = defineModule({
  name: "${name}",
  tables: [${camel}],
  permissions: { "${name}.read": "See ${words}", "${name}.write": "Add, change and delete ${words}" },
  grants: { technician: ["${name}.read", "${name}.write"] },
  actions: Object.values(actions) as unknown as AnyAction[],
  resources: [${one}Resource],
  transfers: ${camel}Transfers,
  routes: ${one}Pages,
  nav: [{ label: "${title}", href: "/${path}", icon: "box", group: "Clients", order: 80, permission: "${name}.read" }],
});
`,
  [`${name}.test.ts`]: `import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestProgram, type TestProgram } from "../../../tests/support/program.ts";

let t: TestProgram;
beforeAll(async () => {
  t = await startTestProgram();
});
afterAll(() => t.close());

const body = (name: string): unknown => ({ data: { type: "${name}", attributes: { name } } });

test("a technician makes one, and finance may not", async () => {
  const made = await t.api("POST", "/api/v1/${path}", { key: await t.harbor.key("technician"), body: body("First") });
  expect(made.status).toBe(201);
  expect(made.body.data.attributes.name).toBe("First");
  expect((await t.api("POST", "/api/v1/${path}", { key: await t.harbor.key("finance"), body: body("No") })).status).toBe(403);
});

test("another organization sees none of them", async () => {
  const answer = await t.api("GET", "/api/v1/${path}", { key: await t.mill.key("administrator"), tenant: t.mill });
  expect(answer.body.data).toEqual([]);
});
`,
};

mkdirSync(folder, { recursive: true });
for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${file}`, text);

const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 13);
const migration = `migrations/${stamp}_${name}.ts`;
writeFileSync(
  migration,
  `import type { Migration } from "../src/platform/database/migrator.ts";

/** ${title}. */
export const migration: Migration = {
  up: (schema) => schema.createTables({ ${name}: { isRecord: true, columns: { name: "text" }, indexes: [["name"]] } }),
};
`,
);

const list = "src/modules/index.ts";
const text = readFileSync(list, "utf8")
  .replace(/\n\n\/\*\*/, `\nimport { ${camel}Module } from "./${name}/index.ts";\n\n/**`)
  .replace(/,?\s*\];\s*$/, `,\n  ${camel}Module,\n];\n`);
writeFileSync(list, text);

// Laid out, and with the migration in the generated index: the next command may be the test.
for (const command of [["fmt", "--no-script", folder, migration, list], ["scripts/generate.ts"]]) {
  const { success, stderr } = Bun.spawnSync([process.execPath, ...command]);
  if (!success) {
    console.error(stderr.toString());
    process.exit(1);
  }
}
console.log(`Made ${folder}, ${migration} and a line in ${list}. See that it works: scripts/test ${folder}`);
