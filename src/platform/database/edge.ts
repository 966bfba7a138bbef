import { type TObject, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import type { FieldProblem } from "../errors.ts";
import { invalid } from "../errors.ts";
import { t } from "../language/index.ts";
import { fromMinor, toMinor } from "../money.ts";
import { oneLine, seen } from "../text.ts";
import { webAddress } from "../web-address.ts";
import { type Column, isOneLine, labelOf, type Patch, type Table } from "./columns.ts";

/** Under which a schema keeps the table that its id is of; a symbol, so that no document shows it. */
export const referenceKey = Symbol("references");

/** Under which the schema of a record's custom fields keeps the table that they are of; a symbol for the same reason. */
export const customFieldsKey = Symbol("custom fields");

/** Marks what a change may leave out, and then stays as it was: in a form an emptied field is not one that is left out. */
export const changeKey = Symbol("change");

/**
 * The edge: where rows enter and leave as people and programs write them. Names are the column names; money is a decimal
 * string in the row's currency, everything else has the same form inside and outside.
 */

/** The schema of one column's value at the edge; its title is what messages call it. */
export function edgeSchema(column: Column, name = ""): TSchema {
  const schema = plainSchema(column);
  const whole = column.isNullable ? Type.Union([schema, Type.Null()]) : schema;
  return name === "" ? whole : { ...whole, title: labelOf(name, column) };
}

/** What a schema says of a text that is HTML, for whoever would send it as it was typed. */
export const htmlText = {
  contentMediaType: "text/html",
  description:
    "HTML. A short list of tags stays, what could run or load is left out; text is escaped before it is sent.",
} as const;

function plainSchema(column: Column): TSchema {
  switch (column.kind) {
    case "id":
      return Type.String({
        format: "uuid",
        ...(column.references === null ? {} : { [referenceKey]: column.references }),
      });
    case "text":
      return Type.String({
        maxLength: column.maxLength,
        ...(column.isNullable || column.hasDefault ? {} : { minLength: 1 }),
        ...(column.format === "" ? {} : { format: column.format }),
        ...(column.isHtml ? htmlText : {}),
      });
    case "enum":
      return Type.Union(column.values.map((value) => Type.Literal(value)));
    case "integer":
      return Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 });
    case "boolean":
      return Type.Boolean();
    case "instant":
      return Type.String({ format: "instant" });
    case "date":
      return Type.String({ format: "date" });
    case "time":
      return Type.String({ format: "time" });
    case "decimal":
      return Type.String({ format: "decimal" });
    case "money":
      return Type.String({ format: "money" });
    case "json":
      return column.properties.length === 0
        ? Type.Record(Type.String(), Type.Unknown())
        : Type.Object(
            Object.fromEntries(
              column.properties.map((name) => [
                name,
                Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
              ]),
            ),
            { additionalProperties: false },
          );
  }
}

/** The columns that an input may set: all but read-only ones, unless a selection is given. */
export function writable(table: Table): string[] {
  return Object.entries(table.columns)
    .filter(([, column]) => !column.isReadOnly)
    .map(([name]) => name);
}

/** The same for an input, which also knows whose custom fields it holds. */
function inputSchema(table: Table, name: string): TSchema {
  const schema = edgeSchema(columnOf(table, name), name);
  return name === "custom_fields" ? { ...schema, [customFieldsKey]: table.name } : schema;
}

/** The input of an action that makes a row: required columns required, the rest optional, `extra` added. */
export function newInput(table: Table, names: readonly string[] = writable(table), extra: TProperties = {}): TObject {
  const properties: TProperties = {};
  for (const name of names) {
    const column = columnOf(table, name);
    const schema = inputSchema(table, name);
    properties[name] = column.hasDefault ? Type.Optional(schema) : schema;
  }
  return Type.Object({ ...properties, ...extra }, { additionalProperties: false });
}

/** The input of an action that changes a row: its id, the version seen (optional), and any of the columns. */
export function patchInput(table: Table, names: readonly string[] = writable(table), extra: TProperties = {}): TObject {
  const properties = changes(Object.fromEntries(names.map((name) => [name, inputSchema(table, name)])));
  return Type.Object(
    { id: Type.String({ format: "uuid" }), version: Type.Optional(Type.Integer()), ...properties, ...extra },
    { additionalProperties: false },
  );
}

/** Members of an input that changes something: each may be left out, and then stays as it was. */
export function changes(members: TProperties): TProperties {
  return Object.fromEntries(
    Object.entries(members).map(([name, schema]) => [name, Type.Optional({ ...schema, [changeKey]: true })]),
  );
}

/** What an action that changes a row is given. */
export type PatchInput = { id: string; version?: number } & Record<string, unknown>;

function columnOf(table: Table, name: string): Column {
  const column = table.columns[name];
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column;
}

/**
 * Values of the edge as values of the row: texts trimmed, money in minor units of the currency, unknown members left out.
 * A blank required text or an amount that the currency cannot hold is a 422.
 */
export function fromEdge<T extends Table>(table: T, input: object, currency: string): Patch<T> {
  const row: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  for (const [name, given] of Object.entries(input)) {
    const column = table.columns[name];
    if (column === undefined || given === undefined || name === "id" || name === "version") continue;
    let value: unknown = typeof given === "string" ? seen(isOneLine(column) ? oneLine(given) : given) : given;
    if (value === "" && column.isNullable) value = null;
    if (column.format === "website" && typeof value === "string") value = webAddress(value) ?? value;
    if (value === "" && column.kind === "text" && !column.hasDefault) {
      problems.push({
        field: name,
        code: "required",
        message: t("{name} is required.", { name: labelOf(name, column) }),
      });
    }
    if (column.kind === "instant" && typeof value === "string") value = new Date(value).toISOString();
    if (column.kind === "money" && typeof value === "string") {
      try {
        value = toMinor(value, currency);
      } catch (error) {
        problems.push({
          field: name,
          code: "invalid",
          message: `${labelOf(name, column)}: ${(error as Error).message}`,
        });
      }
    }
    if (column.kind === "json" && column.properties.length > 0 && value !== null)
      value = withoutBlanks(value as object);
    row[name] = value;
  }
  if (problems.length > 0) throw invalid(problems);
  return row as Patch<T>;
}

function withoutBlanks(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]): [string, unknown] => [key, typeof part === "string" ? part.trim() : part])
      .filter(([, part]) => part !== null && part !== ""),
  );
}

/** A row as the API, forms and CSV show it: secrets left out, money as decimal strings of the row's currency. */
export function toEdge(table: Table, row: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(table.columns)) {
    if (column.isSecret || name === "tenant_id") continue;
    const value = row[name];
    shown[name] =
      column.kind === "money" && typeof value === "number"
        ? fromMinor(value, String(row["currency"]))
        : (value ?? null);
  }
  return shown;
}
