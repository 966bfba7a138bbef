import { type TSchema, Type } from "@sinclair/typebox";
import { htmlText } from "../database/edge.ts";
import { type Column, labelOf, type Table } from "../database/columns.ts";
import { type Registry, typeOfTable } from "../registry.ts";
import { listsUnder, type Resource } from "../resource.ts";

/** A JSON Schema of the OpenAPI document (JSON Schema 2020-12). */
export type Schema = Readonly<Record<string, unknown>>;

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const decimal = { type: "string", format: "decimal", pattern: "^-?\\d{1,15}(\\.\\d{1,10})?$" } as const;

/** Our formats in terms of JSON Schema; what it has no format for keeps its name and gets a pattern. */
const formats: Readonly<Record<string, Schema>> = {
  instant: { type: "string", format: "date-time" },
  url: { type: "string", format: "uri" },
  time: { type: "string", pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" },
  decimal,
  money: { type: "string", format: "money", pattern: "^-?\\d{1,16}(\\.\\d{1,4})?$" },
  timezone: { type: "string", format: "timezone" },
  currency: { type: "string", format: "currency", pattern: "^[A-Z]{3}$" },
  color: { type: "string", format: "color", pattern: "^#[0-9a-fA-F]{6}$" },
};

/** A schema of ours as plain JSON Schema: our formats translated, choices as `enum`, "or null" as a second type. */
export function plainSchema(schema: TSchema | Schema): Schema {
  const given = schema as Record<string, unknown>;
  if (Array.isArray(given["anyOf"])) return union(given, given["anyOf"] as Schema[]);
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (key === "properties") kept[key] = mapped(value as Record<string, Schema>, plainSchema);
    else if (key === "items" || (key === "additionalProperties" && typeof value === "object"))
      kept[key] = plainSchema(value as Schema);
    else if (key === "patternProperties") kept["additionalProperties"] = plainSchema(Object.values(value as object)[0]);
    else kept[key] = value;
  }
  const format = typeof given["format"] === "string" ? formats[given["format"]] : undefined;
  // What is "or null" already stays so.
  const type = Array.isArray(kept["type"]) ? { type: kept["type"] } : {};
  return format === undefined ? kept : { ...kept, ...format, ...type };
}

function union(given: Readonly<Record<string, unknown>>, variants: readonly Schema[]): Schema {
  const title = given["title"] === undefined ? {} : { title: given["title"] };
  const isNull = (one: Schema): boolean => one["type"] === "null";
  const others = variants.filter((one) => !isNull(one)).map(plainSchema);
  const isNullable = others.length < variants.length;
  const [first] = others;
  if (others.every((one) => typeof one["const"] === "string"))
    return {
      ...title,
      ...choice(
        others.map((one) => String(one["const"])),
        isNullable,
      ),
    };
  if (others.length === 1 && first !== undefined && isNullable) return { ...title, ...orNull(first) };
  return { ...title, anyOf: [...others, ...(isNullable ? [{ type: "null" }] : [])] };
}

function choice(values: readonly string[], isNullable: boolean): Schema {
  return isNullable ? { type: ["string", "null"], enum: [...values, null] } : { type: "string", enum: values };
}

/** The same, or null. */
export function orNull(schema: Schema): Schema {
  const { type } = schema;
  if (Array.isArray(schema["enum"])) return { ...schema, type: ["string", "null"], enum: [...schema["enum"], null] };
  if (typeof type === "string") return { ...schema, type: [type, "null"] };
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
}

/** An object with the same names and other values. */
export function mapped<A, B>(
  values: Readonly<Record<string, A>>,
  of: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value, name)]));
}

/** An attribute as it is answered; what only some may see is said beside it. */
export function attributeSchema(name: string, column: Column): Schema {
  const { readPermission } = column;
  const value = valueSchema(column);
  return {
    ...(column.isNullable ? orNull(value) : value),
    title: labelOf(name, column),
    ...(column.isReadOnly ? { readOnly: true } : {}),
    ...(readPermission === null
      ? {}
      : { "x-permission": readPermission, description: `Left out for staff without \`${readPermission}\`.` }),
  };
}

/** What a table's rows look like at the edge, for documents of records that are no resources. */
export function shownAttributes(table: Table): TSchema {
  const columns = Object.entries(table.columns).filter(
    ([name, { isSecret }]) => !isSecret && name !== "id" && name !== "tenant_id",
  );
  return Type.Unsafe({
    type: "object",
    properties: Object.fromEntries(columns.map(([name, column]) => [name, attributeSchema(name, column)])),
    required: columns.filter(([, { readPermission }]) => readPermission === null).map(([name]) => name),
  });
}

function valueSchema(column: Column): Schema {
  switch (column.kind) {
    case "id":
      return { type: "string", format: "uuid" };
    case "text":
      return {
        type: "string",
        maxLength: column.maxLength,
        ...formats[column.format],
        ...(column.isHtml ? htmlText : {}),
      };
    case "enum":
      return choice(column.values, false);
    case "integer":
    case "boolean":
      return { type: column.kind };
    case "date":
      return { type: "string", format: "date" };
    case "instant":
    case "time":
    case "decimal":
    case "money":
      return formats[column.kind] ?? {};
    case "json":
      if (column.properties.length > 0)
        return {
          type: "object",
          properties: mapped(Object.fromEntries(column.properties.map((name) => [name, ""])), () => ({
            type: "string",
          })),
        };
      return plainSchema(column.shape ?? { type: "object", additionalProperties: {} });
  }
}

/** What a resource is called among the document's schemas: its type, with `portal_` before a client's. */
export function schemaName({ type, audience }: Pick<Resource, "type" | "audience">): string {
  return audience === "portal" ? `portal_${type}` : type;
}

/** The columns that a resource shows to somebody who may see all of it. */
export function shownColumns({ table, hidden }: Resource): [string, Column][] {
  return Object.entries(table.columns).filter(
    ([name, column]) => name !== "id" && name !== "tenant_id" && !column.isSecret && !hidden.has(name),
  );
}

/** The references among them, as relationships: name and the types that they point to. */
export function relationsOf(registry: Registry, resource: Resource): [name: string, column: Column, type: string][] {
  return shownColumns(resource).flatMap(([name, column]) =>
    column.references === null || !name.endsWith("_id")
      ? []
      : [[name.slice(0, -3), column, typeOfTable(registry, column.references)] as [string, Column, string]],
  );
}

/** What attributes that are no columns are by their name: tags, addresses, counts, and ids of several records. */
function knownByName(name: string): Schema | undefined {
  if (name === "tags") return { type: "array", items: { type: "string" }, title: "Tags" };
  if (name.endsWith("_count")) return { type: "integer" };
  if (name.endsWith("_url")) return { type: "string" };
  return name.endsWith("_ids") ? { type: "array", items: { type: "string", format: "uuid" } } : undefined;
}

/** The resource object of a resource: what `data` and `included` hold. */
export function resourceSchemas(registry: Registry, resource: Resource): Record<string, Schema> {
  const name = schemaName(resource);
  const shown = shownColumns(resource);
  const attributes = Object.fromEntries(shown.map(([key, column]) => [key, attributeSchema(key, column)]));
  for (const key of resource.calculated) {
    const column = resource.table.columns[key];
    const known = column === undefined ? undefined : attributeSchema(key, column);
    const schema = resource.schemas[key] ?? knownByName(key) ?? known;
    attributes[key] = { ...plainSchema(schema ?? {}), ...(key === "tags" ? {} : { readOnly: true }) };
  }
  for (const [key, { since, sunset, instead }] of Object.entries(resource.deprecated)) {
    const description = `Deprecated since ${since}, goes on ${sunset}: use \`${instead}\`.`;
    attributes[key] = { ...attributes[key], deprecated: true, description };
  }
  const relations = relationsOf(registry, resource);
  const lists = resource.audience === "portal" ? [] : [...listsUnder(resource, [...registry.resources.values()])];
  const always = [
    ...shown.filter(([, column]) => column.readPermission === null).map(([key]) => key),
    ...resource.calculated,
  ];
  return {
    [`${name}_attributes`]: {
      type: "object",
      description: `\`fields[${resource.type}]\` leaves out what it does not name.`,
      properties: attributes,
      required: [...new Set(always)],
    },
    [name]: {
      type: "object",
      properties: {
        type: { const: resource.type },
        id: { type: "string", format: "uuid" },
        attributes: ref(`${name}_attributes`),
        ...(relations.length + lists.length === 0
          ? {}
          : {
              relationships: {
                type: "object",
                properties: Object.fromEntries([
                  ...relations.map(([key, column, type]) => [key, relationship(type, column.isNullable)]),
                  ...lists.map(([key, { target }]) => [key, listRelationship(target.type)]),
                ]),
              },
            }),
        ...(resource.address === null ? {} : { links: ref("self_link") }),
      },
      required: ["type", "id", "attributes", ...(resource.address === null ? [] : ["links"])],
    },
  };
}

const linkageTo = (type: string): Schema => ({
  type: "object",
  properties: { type: { const: type }, id: { type: "string" } },
  required: ["type", "id"],
});

/** The first records of a list under a record, where they were included. */
function listRelationship(type: string): Schema {
  return {
    type: "object",
    properties: {
      data: { type: "array", items: linkageTo(type) },
      links: ref("relationship_links"),
      meta: { type: "object", properties: { has_more: { type: "boolean" } }, required: ["has_more"] },
    },
    required: ["data", "links", "meta"],
  };
}

/** A relationship to one record. */
export function relationship(type: string, isNullable: boolean): Schema {
  const linkage = linkageTo(type);
  return {
    type: "object",
    properties: { data: isNullable ? orNull(linkage) : linkage, links: ref("relationship_links") },
    required: ["data"],
  };
}
