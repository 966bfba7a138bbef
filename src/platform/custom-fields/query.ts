import { type RawBuilder, sql } from "kysely";
import type { Column } from "../database/columns.ts";
import { contains } from "../database/containing.ts";
import { malformed } from "../errors.ts";
import { t } from "../language/index.ts";
import type { Definition, FieldType } from "./schema.ts";
import { readValue } from "./values.ts";

type Dialect = "sqlite" | "postgres";

/** Keys that may stand in SQL as they are; the action that makes a field allows no other. */
export const keyPattern = /^[a-z][a-z0-9_]{0,49}$/;

const compared: ReadonlySet<FieldType> = new Set(["number", "integer", "date", "datetime"]);
const worded: ReadonlySet<FieldType> = new Set(["text", "long_text", "url", "email"]);

/** Whether lists can be ordered by a field: not by ids, and not by several choices at once. */
export function isSortableField({ field_type }: Pick<Definition, "field_type">): boolean {
  return !["choices", "long_text", "company", "contact", "user"].includes(field_type);
}

/** The value of a field as SQL sees it, in a type that compares as the field does. */
export function valueExpression(table: string, field: Definition, dialect: Dialect): RawBuilder<unknown> {
  if (!keyPattern.test(field.field_key)) throw new Error(`${field.field_key} is no key of a custom field`);
  const column = sql.ref(`${table}.custom_fields`);
  if (dialect === "sqlite") {
    const value = sql`json_extract(${column}, ${sql.lit(`$.${field.field_key}`)})`;
    return field.field_type === "number" ? sql`cast(${value} as real)` : value;
  }
  const text = sql`(${column} ->> ${sql.lit(field.field_key)})`;
  if (field.field_type === "number" || field.field_type === "integer") return sql`(${text})::numeric`;
  return field.field_type === "boolean" ? sql`(${text})::boolean` : text;
}

/** How a field stands in an order: `reference` is only a name, the expression is what is compared. */
export function sortColumn(field: Definition): Pick<Column, "kind" | "isNullable"> {
  const isNumber = field.field_type === "number" || field.field_type === "integer";
  const kind = isNumber ? "integer" : field.field_type === "boolean" ? "boolean" : "text";
  return { kind, isNullable: true };
}

const signs: Record<string, string> = { gt: ">", gte: ">=", lt: "<", lte: "<=", ne: "<>" };

/**
 * The condition of `filter[custom_fields.key][operator]=text`. Several values after one another, divided by commas, are
 * any of them. What cannot be is a 400 that names the filter.
 */
export function customCondition(
  table: string,
  field: Definition,
  operator: string | null,
  text: string,
  dialect: Dialect,
  timezone: string,
): RawBuilder<boolean> {
  const name = `filter[custom_fields.${field.field_key}]`;
  const value = valueExpression(table, field, dialect);
  if (operator === "null") {
    if (text !== "true" && text !== "false")
      throw malformed(t("{name}[null] is true or false.", { name }), "bad_filter");
    return text === "true" ? sql<boolean>`${value} is null` : sql<boolean>`${value} is not null`;
  }
  if (operator === "like") {
    if (!worded.has(field.field_type)) throw malformed(t("{name}[like] works on texts only.", { name }), "bad_filter");
    return contains(value, text, dialect);
  }
  const typed = (part: string): string | number | boolean => {
    if (part.includes("\u0000"))
      throw malformed(t("{name} needs a text without NUL characters.", { name }), "bad_filter");
    const single: Definition = field.field_type === "choices" ? { ...field, field_type: "choice" } : field;
    // Archived choices can still be asked for: records have them.
    const read = readValue(
      { ...single, choices: field.choices.map((choice) => ({ ...choice, is_archived: false })) },
      part,
      timezone,
    );
    if ("code" in read || read.value === null || Array.isArray(read.value))
      throw malformed("code" in read ? `${name}: ${read.message}` : t("{name} needs a value.", { name }), "bad_filter");
    return read.value;
  };
  if (operator === null || operator === "eq" || operator === "in") {
    const values = text.split(",").map((part) => typed(part.trim()));
    if (field.field_type === "choices") return holdsAny(table, field, values, dialect);
    return seldom(
      sql<boolean>`${value} in (${sql.join(values.map((one) => bound(field, one, dialect)))})`,
      field,
      dialect,
    );
  }
  const sign = Object.hasOwn(signs, operator) ? signs[operator] : undefined;
  if (sign === undefined)
    throw malformed(t("The operator {operator} of {name} is not known.", { operator, name }), "unknown_operator");
  if (operator !== "ne" && !compared.has(field.field_type))
    throw malformed(t("{name} cannot be compared by {operator}.", { name, operator }), "bad_filter");
  const one = typed(text);
  if (field.field_type === "choices") return sql<boolean>`not (${holdsAny(table, field, [one], dialect)})`;
  const wanted = bound(field, one, dialect);
  return operator === "ne"
    ? sql<boolean>`(${value} is null or ${value} <> ${wanted})`
    : sql<boolean>`${value} ${sql.raw(sign)} ${wanted}`;
}

function bound(field: Definition, value: string | number | boolean, dialect: Dialect): unknown {
  if (field.field_type !== "number") return value;
  return dialect === "sqlite" ? Number(value) : sql`${value}::numeric`;
}

/**
 * SQLite knows nothing of how the values of a field are spread, and would rather read all rows in the order of the list
 * than look into the field's index: it is told that few rows have the value.
 */
function seldom(condition: RawBuilder<boolean>, field: Definition, dialect: Dialect): RawBuilder<boolean> {
  if (dialect !== "sqlite" || field.field_type === "boolean") return condition;
  return sql<boolean>`likelihood(${condition}, 0.0001)`;
}

/** Whether one of several choices is among those of a record. */
function holdsAny(
  table: string,
  field: Definition,
  values: readonly (string | number | boolean)[],
  dialect: Dialect,
): RawBuilder<boolean> {
  const column = sql.ref(`${table}.custom_fields`);
  if (dialect === "sqlite")
    return sql<boolean>`exists (select 1 from json_each(${column}, ${sql.lit(`$.${field.field_key}`)}) as held where held.value in (${sql.join(values)}))`;
  const holding = values.map((one) => {
    const json = JSON.stringify({ [field.field_key]: [one] });
    return sql`${column} @> ${json}::jsonb`;
  });
  return sql<boolean>`(${sql.join(holding, sql` or `)})`;
}
