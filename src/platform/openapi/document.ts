import { isApi, type Route } from "../http/route.ts";
import type { Registry } from "../registry.ts";
import type { Resource } from "../resource.ts";
import { commonHeaders, commonParameters, commonResponses, commonSchemas, securitySchemes } from "./components.ts";
import { type ApiKind, operation, tagOf } from "./operations.ts";
import { grammarSchemas } from "./parameters.ts";
import { resourceSchemas, type Schema } from "./schemas.ts";

export interface OpenApiDocument {
  openapi: string;
  info: Schema;
  servers: readonly Schema[];
  security: readonly Schema[];
  tags: readonly { name: string }[];
  paths: Record<string, Record<string, Schema>>;
  components: Record<string, Readonly<Record<string, Schema>>>;
}

const introduction = `JSON:API 1.1. Send and accept \`application/vnd.api+json\`; bodies may be \`application/json\` of the same shape.

Amounts of money are decimal strings in the record's \`currency\`, rates and quantities exact decimal strings, instants ISO 8601 in UTC, dates \`YYYY-MM-DD\`. \`PUT\` and \`PATCH\` do the same: members that are not sent stay as they are. Lists are paged by \`page[after]\`; there is no total, because counting would cost more than the page. Parameters, filters and fields that are not known, or given twice, are errors that name them.`;

/** The OpenAPI 3.1 document of the routes under `/api/v1`, in an order that does not change by itself. */
export function openApiDocument(
  registry: Registry,
  routes: readonly Route[],
  resources: readonly Resource[],
  kind: ApiKind = { name: "Purser API", isForOperators: false },
): OpenApiDocument {
  const described = routes
    .filter(({ path }) => isApi(path))
    .toSorted((a, b) => (pathOf(a) === pathOf(b) ? order(a) - order(b) : pathOf(a) < pathOf(b) ? -1 : 1));
  const paths: OpenApiDocument["paths"] = {};
  for (const route of described) {
    (paths[pathOf(route)] ??= {})[route.method.toLowerCase()] = operation(registry, resources, route, kind);
  }
  const schemas = Object.assign(
    {},
    commonSchemas,
    ...[...answered(described, resources)].map((one) => ({
      ...resourceSchemas(registry, one),
      ...grammarSchemas(registry, one),
    })),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: kind.name,
      version: "1",
      description: introduction,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "This installation" }],
    security: [{ bearer: [] }, { api_key: [] }, { oauth2: [] }],
    tags: [...new Set(described.map(({ path }) => tagOf(path)))].toSorted().map((name) => ({ name })),
    paths,
    components: {
      schemas: sorted(schemas),
      parameters: commonParameters,
      headers: commonHeaders,
      responses: commonResponses,
      securitySchemes: securitySchemes(registry.permissions),
    },
  };
}

/** The resources of the document: those given, and what only some routes answer with. */
function answered(routes: readonly Route[], resources: readonly Resource[]): Set<Resource> {
  const all = new Set(resources);
  for (const { doc } of routes) {
    if (doc === undefined || doc.answer === "nothing") continue;
    const of = "one" in doc.answer ? doc.answer.one : "many" in doc.answer ? doc.answer.many : "";
    if (typeof of === "object") all.add(of);
  }
  return all;
}

const order = ({ method }: Route): number => ["GET", "POST", "PUT", "PATCH", "DELETE"].indexOf(method);

/** `/tickets/:id` → `/api/v1/tickets/{id}`. */
function pathOf({ path }: Route): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function sorted(schemas: Readonly<Record<string, Schema>>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
