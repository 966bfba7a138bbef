import type { Registry } from "../registry.ts";
import { col, type Column } from "../database/columns.ts";
import { isSortable } from "../database/order.ts";
import { isFilterable } from "../http/jsonapi/query.ts";
import { mostBelow } from "../http/jsonapi/include.ts";
import { listsUnder, type Resource } from "../resource.ts";
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
  ];
  const include = (schema: string, note = ""): Schema[] => [
    listed("include", `The related records to bring along in \`included\`.${note}`, ref(schema)),
  ];
  const isIncluding = includable(registry, resource).length > 0;
  if (grammar === "record") {
    if (listsOf(registry, resource).length > 0)
      return [
        ...selection,
        ...include(
          `${name}_include_one`,
          ` Of lists the first ${mostBelow} records; \`meta.has_more\` tells of others.`,
        ),
      ];
    return isIncluding ? [...selection, ...include(`${name}_include`)] : selection;
  }
  return [
    deepObject(
      "filter",
      "Conditions that records must meet, all of them: `filter[field]=a,b` (any of these values) or `filter[field][operator]=value`.",
      ref(`${name}_filter`),
    ),
    listed("sort", "The order: attributes by rank, with `-` for descending.", ref(`${name}_sort`)),
    { $ref: "#/components/parameters/page" },
    ...selection,
    ...(isIncluding ? include(`${name}_include`) : []),
  ];
}

/** The schemas that those parameters refer to. */
export function grammarSchemas(registry: Registry, resource: Resource): Record<string, Schema> {
  const name = schemaName(resource);
  const columns: [string, Column][] = [["id", col.id()], ...shownColumns(resource)];
  const sortable = columns.filter(([, column]) => isSortable(column)).map(([key]) => key);
  const include = includable(registry, resource);
  const lists = listsOf(registry, resource);
  const names = (all: readonly string[]): Schema => ({
    type: "array",
    items: { type: "string", enum: all },
    maxItems: 20,
  });
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
        ...(resource.searched === null
          ? {}
          : {
              q: {
                type: "string",
                description: "A text that the record contains, as the search of its page looks for it.",
              },
            }),
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
    ...(include.length === 0 ? {} : { [`${name}_include`]: names(include) }),
    ...(lists.length === 0 ? {} : { [`${name}_include_one`]: names([...include, ...lists]) }),
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

/** What can come along with any record: what it refers to, and what that refers to. */
function includable(registry: Registry, resource: Resource): string[] {
  return relatedTo(registry, resource).flatMap(([name, target]) => [name, ...below(registry, name, target)]);
}

/** The lists that can come along with a single record, and what their records refer to. */
function listsOf(registry: Registry, resource: Resource): string[] {
  if (resource.audience === "portal") return [];
  return [...listsUnder(resource, [...registry.resources.values()])].flatMap(([name, { target }]) => [
    name,
    ...below(registry, name, target),
  ]);
}

function below(registry: Registry, name: string, target: Resource): string[] {
  return relatedTo(registry, target).map(([next]) => `${name}.${next}`);
}

function relatedTo(registry: Registry, resource: Resource): [name: string, target: Resource][] {
  if (resource.audience === "portal") return [];
  const staff = [...registry.resources.values()].filter(({ audience }) => audience === "staff");
  return relationsOf(registry, resource).flatMap(([name, column]) => {
    const target = staff.find(({ table }) => table.name === column.references);
    return target === undefined ? [] : [[name, target] as [string, Resource]];
  });
}

function deepObject(name: string, description: string, schema: Schema): Schema {
  return { name, in: "query", description, style: "deepObject", explode: true, schema };
}

function listed(name: string, description: string, schema: Schema): Schema {
  return { name, in: "query", description, style: "form", explode: false, schema };
}
