import { type TObject, type TProperties, Type } from "@sinclair/typebox";
import { maybeFind } from "../../platform/access/reach.ts";
import { validate } from "../../platform/access/validate.ts";
import { action, perform } from "../../platform/action.ts";
import { type Ctx, reading, type Work } from "../../platform/context.ts";
import { labelOf, type Table } from "../../platform/database/columns.ts";
import { defaultable, type DefaultValues, newRowValues } from "../../platform/database/defaults.ts";
import { edgeSchema, fromEdge } from "../../platform/database/edge.ts";
import { update } from "../../platform/database/records.ts";
import type { TableName } from "../../platform/database/tables.ts";
import { type Failure, invalid, invalidField } from "../../platform/errors.ts";
import { words } from "../../platform/http/pages/cells.ts";
import { columnField, formFailure, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import { singleRoutes } from "../../platform/http/jsonapi/single.ts";
import type { FormPageModel } from "../../platform/http/models/pages.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import type { FieldModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";
import { organizations } from "../../platform/tenants.ts";

/** What may be said: one object a table, one member a column that an organization may choose a default for. */
function schemaOfDefaults(): TObject {
  const properties: TProperties = {};
  for (const { table, names } of defaultable())
    properties[table.name] = Type.Optional(
      Type.Object(
        Object.fromEntries(names.map((name) => [name, Type.Optional(edgeSchema(columnOf(table, name), name))])),
        { additionalProperties: false },
      ),
    );
  return Type.Object(properties, { additionalProperties: false });
}

function columnOf(table: Table, name: string): Table["columns"][string] {
  const column = table.columns[name];
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column;
}

const byColumn = Type.Record(Type.String(), Type.Unknown());
const byTable = Type.Record(Type.String(), byColumn);
/** The same for the OpenAPI document: its members are the tables. */
const attributes = Type.Object({}, { additionalProperties: byColumn });

interface DefaultsInput {
  defaults: Record<string, Record<string, unknown>>;
  version?: number;
}

/** Says what new records start with; tables and columns that are left out stay as they are. */
export const setDefaults = action({
  name: "settings.set_defaults",
  permission: "settings.manage",
  // Which tables there are is only known when all modules are there, so what is inside is held against them when it runs.
  input: Type.Object({ defaults: byTable, version: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  run: async (work: Work, { defaults, version }: DefaultsInput) => {
    const problems = validate(schemaOfDefaults(), defaults);
    if (problems.length > 0) throw invalid(problems);
    const row = await work.db.selectFrom("organizations").select(["id", "default_values"]).executeTakeFirstOrThrow();
    const values: Record<string, Record<string, unknown>> = { ...row.default_values };
    for (const { table } of defaultable()) {
      const changed = defaults[table.name];
      if (changed === undefined) continue;
      await checkReferences(work, table, changed);
      values[table.name] = { ...values[table.name], ...fromEdge(table, changed, work.tenant.currency) };
    }
    return update(work, organizations, row.id, { default_values: values }, version);
  },
});

async function checkReferences(work: Work, table: Table, values: Record<string, unknown>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const column = columnOf(table, name);
    if (column.references === null || typeof value !== "string") continue;
    const what = t(labelOf(name, column));
    const row = await maybeFind(work, column.references as TableName, value);
    if (row === undefined)
      throw invalidField(`${table.name}/${name}`, t("{what} does not exist.", { what }), "not_found");
    // Nobody of a client looks after what is new: the form offers none of them, and the records themselves refuse them.
    if (column.references === "users" && (row as { user_type?: string }).user_type !== "staff")
      throw invalidField(`${table.name}/${name}`, t("{what} has to be one of the staff.", { what }), "not_staff");
  }
}

/** What new records start with, as it is shown: the organization's own defaults over the program's. */
function shownDefaults(ctx: Ctx, own: DefaultValues): Record<string, Record<string, unknown>> {
  const tenant = { ...ctx.tenant, default_values: own };
  return Object.fromEntries(
    defaultable().map(({ table, names }) => {
      const values = newRowValues(tenant, table);
      return [table.name, Object.fromEntries(names.map((name) => [name, values[name] ?? null]))];
    }),
  );
}

async function fieldOf(ctx: Ctx, table: Table, name: string, present: unknown): Promise<FieldModel> {
  const column = columnOf(table, name);
  const given =
    column.references === null
      ? {}
      : {
          options: await optionsOf(ctx, column.references as TableName, {
            blank: t("None"),
            keep: typeof present === "string" && present !== "" ? present : null,
            ...(column.references === "users" ? { where: { user_type: "staff" } } : {}),
          }),
        };
  const made = columnField(table, name, given);
  return { ...made, name: `${table.name}.${name}`, id: `field-${table.name}-${name}`, is_required: false };
}

async function show(ctx: Ctx, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const row = await ctx.db.selectFrom("organizations").select(["version", "default_values"]).executeTakeFirstOrThrow();
  const shown = shownDefaults(ctx, row.default_values);
  const sections = [];
  for (const { table, names } of defaultable())
    sections.push({
      title: words(table.name),
      fields: await Promise.all(names.map((name) => fieldOf(ctx, table, name, shown[table.name]?.[name]))),
    });
  const title = t("Defaults");
  const model: FormPageModel = {
    header: {
      title,
      subtitle: t(
        "What new records start with. Queues, statuses, priorities and types have a standard entry of their own.",
      ),
      breadcrumbs: [{ label: t("Settings"), href: "/settings" }],
      badges: [],
      actions: [],
    },
    form: formModel({
      action: "/settings/defaults",
      values: typed ?? shown,
      version: row.version,
      failure,
      submit_label: t("Save"),
      cancel_url: "/settings",
      sections,
    }),
  };
  return page("forms/index", title, model, failure?.status ?? 200);
}

const permission = "settings.manage";

export const defaultPages: Route[] = [
  { method: "GET", path: "/settings/defaults", door: "staff", permission, handle: (ctx) => show(ctx, null, null) },
  {
    method: "POST",
    path: "/settings/defaults",
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const { version, ...named } = fields;
      try {
        const defaults = readInput(schemaOfDefaults(), named);
        await perform(ctx, setDefaults, { defaults, ...(version === undefined ? {} : { version: Number(version) }) });
        return redirect("/settings/defaults", t("Saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => show(reader, fields, failure));
      }
    },
  },
];

/** Settings → Defaults over the API. */
export const defaultApi: Route[] = singleRoutes({
  path: "/api/v1/default-values",
  type: "default_values",
  permission,
  attributes,
  input: attributes,
  summaries: {
    show: "What new records start with where nothing else is said.",
    change: "Say what new records start with, by table and column; what is left out stays.",
  },
  load: async (ctx) => {
    const { id, version, default_values } = await ctx.db
      .selectFrom("organizations")
      .select(["id", "version", "default_values"])
      .executeTakeFirstOrThrow();
    return { id, version, attributes: shownDefaults(ctx, default_values) };
  },
  change: (ctx, defaults, match) => perform(ctx, setDefaults, { defaults, ...match }),
});
