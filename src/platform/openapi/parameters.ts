import type { Registry } from "../module.ts";
import { col, type Column } from "../database/columns.ts";
import { isFilterable, isSortable } from "../http/jsonapi-query.ts";
import type { Resource } from "../resource.ts";
import { attributeSchema, ref, relationsOf, type Schema, schemaName, shownColumns } from "./schemas.ts";

/** The grammar's query parameters for one resource. */
export function grammarParameters(registry: Registry, resource: Resource, grammar: "list" | "record"): Schema[] {
  const name = schemaName(resource);
  const selection = [
    deepObject("fields", "Less of each record: the members to answer, by type, `fields[companies]=name,phone`.", {
      type: "object",
      additionalProperties: { type: "string" },
      example: { [resource.type]: "updated_at" },
    }),
    ...(includable(registry, resource).length === 0
      ? []
      : [listed("include", "The related records to bring along in `included`.", ref(`${name}_include`))]),
  ];
  if (grammar === "record") return selection;
  return [
    deepObject(
      "filter",
      "Conditions that records must meet, all of them: `filter[field]=a,b` (any of these values) or `filter[field][operator]=value`.",
      ref(`${name}_filter`),
    ),
    listed("sort", "The order: attributes by rank, with `-` for descending.", ref(`${name}_sort`)),
    { $ref: "#/components/parameters/page" },
    ...selection,
  ];
}

/** The schemas that those parameters refer to. */
export function grammarSchemas(registry: Registry, resource: Resource): Record<string, Schema> {
  const name = schemaName(resource);
  const columns: [string, Column][] = [["id", col.id()], ...shownColumns(resource)];
  const sortable = columns.filter(([, column]) => isSortable(column)).map(([key]) => key);
  const include = includable(registry, resource);
  return {
    [`${name}_filter`]: {
      type: "object",
      properties: {
        ...Object.fromEntries(
          columns.filter(([, column]) => isFilterable(column)).map(([key, column]) => [key, filterSchema(key, column)]),
        ),
        ...(resource.hasTags ? { tags: { type: "string", description: "Records with any of these tags." } } : {}),
        ...(resource.audience === "staff" && registry.search.has(resource.table.name)
          ? { q: { type: "string", description: "Full-text search." } }
          : {}),
      },
      ...("custom_fields" in resource.table.columns && !resource.hidden.has("custom_fields")
        ? { patternProperties: { "^custom_fields\\.": { anyOf: [{ type: "string" }, { type: "object" }] } } }
        : {}),
      additionalProperties: false,
    },
    [`${name}_sort`]: {
      type: "array",
      items: { type: "string", enum: sortable.flatMap((key) => [key, `-${key}`]) },
      default: resource.sort.split(","),
    },
    ...(include.length === 0
      ? {}
      : { [`${name}_include`]: { type: "array", items: { type: "string", enum: include }, maxItems: 20 } }),
  };
}

/** Which kinds of columns take which operators; the filter's schemas are shared by kind. */
export const filterSchemas: Readonly<Record<string, Schema>> = {
  filter_text: operators("a text", ["gt", "gte", "lt", "lte", "ne", "like", "null"]),
  filter_ordered: operators("a value of the attribute", ["gt", "gte", "lt", "lte", "ne", "null"]),
  filter_equal: operators("a value of the attribute", ["ne", "null"]),
};

function operators(what: string, names: readonly string[]): Schema {
  const values: Readonly<Record<string, Schema>> = {
    like: { type: "string", description: "Part of the text, in upper or lower case." },
    null: { type: "string", enum: ["true", "false"], description: "Whether there is no value." },
  };
  return {
    anyOf: [
      { type: "string", description: `One or several values with commas between them: ${what}.` },
      {
        type: "object",
        properties: Object.fromEntries(names.map((name) => [name, values[name] ?? { type: "string" }])),
        additionalProperties: false,
      },
    ],
  };
}

function filterSchema(name: string, column: Column): Schema {
  const kind =
    column.kind === "text" ? "text" : column.kind === "id" || column.kind === "boolean" ? "equal" : "ordered";
  const permission = attributeSchema(name, column)["x-permission"];
  return { ...ref(`filter_${kind}`), ...(permission === undefined ? {} : { "x-permission": permission }) };
}

function includable(registry: Registry, resource: Resource): string[] {
  if (resource.audience === "portal") return [];
  const types = new Set([...registry.resources.values()].map(({ type }) => type));
  return relationsOf(registry, resource).flatMap(([name, , type]) => (types.has(type) ? [name] : []));
}

function deepObject(name: string, description: string, schema: Schema): Schema {
  return { name, in: "query", description, style: "deepObject", explode: true, schema };
}

function listed(name: string, description: string, schema: Schema): Schema {
  return { name, in: "query", description, style: "form", explode: false, schema };
}
