import { sql } from "kysely";
import type { Ctx } from "../context.ts";
import type { ListColumn, ListFilter, ListQuery } from "../http/lists/list.ts";
import { t } from "../language/index.ts";
import { openDefinitions } from "./definitions.ts";
import { customCondition, isSortableField, sortColumn, valueExpression } from "./query.ts";
import type { Definition } from "./schema.ts";
import { customCell, namesOf } from "./show.ts";
import type { CustomValues } from "./values.ts";

/** The custom fields of a table as columns of its list: for `moreColumns`. Hidden until chosen. */
export async function customColumns<R>(ctx: Ctx, entityType: string): Promise<ListColumn<R>[]> {
  return (await openDefinitions(ctx, entityType)).map((field) => columnOf<R>(ctx, entityType, field));
}

function columnOf<R>(ctx: Ctx, table: string, field: Definition): ListColumn<R> {
  const key = `custom_${field.field_key}`;
  const value = valueExpression(table, field, ctx.app.database.dialect);
  const valuesOf = (row: R): CustomValues =>
    ((row as { custom_fields?: CustomValues }).custom_fields ?? {}) as CustomValues;
  return {
    key,
    label: field.label,
    is_own_words: true,
    is_optional: true,
    is_secondary: true,
    is_numeric: field.field_type === "number" || field.field_type === "integer",
    ...(isSortableField(field) ? { sort: { reference: key, column: sortColumn(field), expression: value } } : {}),
    select: (query: ListQuery<R>) =>
      query.select([sql.ref(`${table}.custom_fields`).as("custom_fields"), value.as(key)]),
    cell: (row, { tenant }) => customCell({ ...ctx, tenant }, field, valuesOf(row)[field.field_key], new Map()),
    cells: async (rows, reader) => {
      const names = await namesOf(reader, [field], rows.map(valuesOf));
      return rows.map((row) => customCell(reader, field, valuesOf(row)[field.field_key], names));
    },
  };
}

/** Custom fields with few values as filters of a list: for `moreFilters`. */
export async function customFilters<R>(ctx: Ctx, entityType: string): Promise<ListFilter<R>[]> {
  const { dialect } = ctx.app.database;
  const chosen = (await openDefinitions(ctx, entityType)).filter(({ field_type }) =>
    ["choice", "choices", "boolean"].includes(field_type),
  );
  return chosen.map((field) => ({
    name: `custom_${field.field_key}`,
    label: field.label,
    is_own_words: true,
    options: () =>
      field.field_type === "boolean"
        ? [
            { value: "true", label: t("Yes") },
            { value: "false", label: t("No") },
          ]
        : field.choices.map((choice) => ({ value: choice.key, label: choice.label })),
    apply: (query, value) => {
      const known =
        field.field_type === "boolean"
          ? value === "true" || value === "false"
          : field.choices.some((choice) => choice.key === value);
      return known
        ? query.where(customCondition(entityType, field, null, value, dialect, ctx.tenant.zone))
        : query.where(sql<boolean>`1 = 0`);
    },
  }));
}
