import type { Names } from "./names.ts";

/** The files of a new module, by their names in its folder; the layout is `bun fmt`'s. */
export function rooms(names: Names): Record<string, string> {
  const { name, words, title, noun, sentence, article, camel, one, single, type, path } = names;
  return {
    "schema.ts": `import { col, record, table } from "../../platform/database/columns.ts";
import type { TableType } from "../../platform/database/tables.ts";

/** What ${article.toLowerCase()} ${noun} is. */
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
import { emit } from "../../platform/events/outbox.ts";
import { ${one}Created } from "./events.ts";
import { ${camel} } from "./schema.ts";

export const create${type} = action({
  name: "${name}.create",
  permission: "${name}.write",
  input: newInput(${camel}),
  run: async (work: Work, input: Record<string, unknown>) => {
    const row = await insert(work, ${camel}, fromEdge(${camel}, input, work.tenant.currency) as NewRow<typeof ${camel}>);
    await emit(work, ${one}Created, { ${single}_id: row.id });
    return row;
  },
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
    "events.ts": `import { Type } from "@sinclair/typebox";
import { eventType, idOf } from "../../platform/events/event-type.ts";

export const ${one}Created = eventType({
  name: "${name}.created",
  description: "${article} ${noun} was made.",
  payload: Type.Object({ ${single}_id: idOf() }),
  subject: { resource: "${path}", id: "${single}_id" },
});

export const ${one}Events = [${one}Created];
`,
    "transfers.ts": `import { transfer, type Transfer } from "../../platform/transfer/definition.ts";
import { ${one}Resource } from "./resources.ts";

/** ${title} as files, in and out. */
export const ${one}Transfers: readonly Transfer[] = [transfer({ resource: ${one}Resource, label: "${title}", order: 200 })];
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
    "lists.ts": `import { can } from "../../platform/access/actor.ts";
import { reach } from "../../platform/access/reach.ts";
import { cell, empty, link } from "../../platform/http/pages/cells.ts";
import type { List } from "../../platform/http/lists/list.ts";
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
    { key: "name", label: "Name", sort: { reference: "${name}.name", column: ${camel}.columns.name }, cell: (row) => cell.strong(row.name, \`/${path}/\${row.id}\`) },
    { key: "updated_at", label: "Changed", is_secondary: true, sort: { reference: "${name}.updated_at", column: ${camel}.columns.updated_at }, cell: (row, ctx) => cell.instant(row.updated_at, ctx.tenant, ctx.app.clock.now()) },
  ],
  sort: "name",
  href: (row) => \`/${path}/\${row.id}\`,
  actions: (ctx) => (can(ctx.actor, "${name}.write") ? [link(t("New ${noun}"), "/${path}/new", "plus", "primary")] : []),
  empty: () => empty("box", t("No ${words} yet"), t("Add the first of your ${words}.")),
};
`,
    "pages.ts": `import { find } from "../../platform/access/reach.ts";
import type { Ctx } from "../../platform/context.ts";
import { newRowValues } from "../../platform/database/defaults.ts";
import type { Failure } from "../../platform/errors.ts";
import { columnField, formModel, type FormValues, rowValues } from "../../platform/http/forms/model.ts";
import { recordPages } from "../../platform/http/forms/record-pages.ts";
import { type Incoming, redirect, type Route } from "../../platform/http/route.ts";
import type { FormModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";
import { create${type}, delete${type}, update${type} } from "./actions.ts";
import { ${one}List } from "./lists.ts";
import { ${camel} } from "./schema.ts";

async function ${one}Form(ctx: Ctx, incoming: Incoming, typed: FormValues | null, failure: Failure | null): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "${name}", id);
  return formModel({
    action: \`/${path}/\${id ?? "new"}\`,
    values: typed ?? (row === null ? newRowValues(ctx.tenant, ${camel}) : rowValues(${camel}, row)),
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Create ${noun}") : t("Save changes"),
    cancel_url: "/${path}",
    sections: [{ title: t("${sentence}"), fields: [columnField(${camel}, "name", { span: 6 })] }],
  });
}

export const ${one}Pages: Route[] = recordPages({
  list: ${one}List,
  table: "${name}",
  permission: "${name}.read",
  breadcrumbs: [{ label: "${title}", href: "/${path}" }],
  form: ${one}Form,
  create: { action: create${type}, title: () => t("New ${noun}"), done: () => redirect("/${path}", t("${sentence} created.")) },
  update: { action: update${type}, done: () => t("Changes saved.") },
  remove: {
    action: delete${type},
    label: () => t("Delete"),
    question: async (ctx, id) => t("Delete {name} for good?", { name: (await find(ctx, "${name}", id)).name }),
    done: () => t("${sentence} deleted."),
  },
});
`,
    "index.ts": `import type { AnyAction } from "../../platform/action.ts";
import type { List } from "../../platform/http/lists/list.ts";
import { defineModule } from "../../platform/module.ts";
import * as actions from "./actions.ts";
import { ${one}Events } from "./events.ts";
import { ${one}List } from "./lists.ts";
import { ${one}Pages } from "./pages.ts";
import { ${one}Resource } from "./resources.ts";
import { ${camel} } from "./schema.ts";
import { ${one}Transfers } from "./transfers.ts";

/** ${title}. */
export const ${camel}Module = defineModule({
  name: "${name}",
  optional: { title: "${title}", text: "${title}, as a list and over the API." },
  tables: [${camel}],
  permissions: { "${name}.read": "See ${words}", "${name}.write": "Add, change and delete ${words}" },
  grants: {
    manager: ["${name}.read", "${name}.write"],
    technician: ["${name}.read", "${name}.write"],
    dispatcher: ["${name}.read", "${name}.write"],
  },
  actions: Object.values(actions) as unknown as AnyAction[],
  emits: ${one}Events,
  resources: [${one}Resource],
  transfers: ${one}Transfers,
  lists: [{ permission: "${name}.read", list: ${one}List as List<unknown> }],
  routes: ${one}Pages,
  nav: [{ label: "${title}", href: "/${path}", icon: "box", group: "Clients", order: 80, permission: "${name}.read" }],
  create: [{ label: "${sentence}", href: "/${path}/new", icon: "box", order: 80, permission: "${name}.write" }],
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
}
