import type { ApiAnswer, ApiDoc, ApiInput, Route } from "../http/route.ts";
import type { Registry } from "../registry.ts";
import { hasVersion, type Resource } from "../resource.ts";
import { rateHeaders } from "./components.ts";
import { grammarParameters } from "./parameters.ts";
import { mapped, orNull, plainSchema, ref, relationship, type Schema, schemaName } from "./schemas.ts";

const media = "application/vnd.api+json";

/** Whose API it is. The operators' host counts no requests and keeps no answers for `Idempotency-Key`. */
export interface ApiKind {
  name: string;
  isForOperators: boolean;
}

/** An operation of the document: what a route takes and answers. A test holds that every route has a description. */
export function operation(registry: Registry, resources: readonly Resource[], route: Route, kind: ApiKind): Schema {
  const { method, path, permission, door } = route;
  const doc: ApiDoc = route.doc ?? { summary: "", answer: "nothing" };
  const isPortal = isForPortal(path);
  const isCounted = door === "api" && !kind.isForOperators;
  const named = (of: string | Resource): Resource | undefined =>
    typeof of === "string" ? resources.find(({ type, audience }) => type === of && audience === "staff") : of;
  const subject =
    doc.answer === "nothing"
      ? undefined
      : "one" in doc.answer
        ? named(doc.answer.one)
        : "many" in doc.answer
          ? named(doc.answer.many)
          : undefined;
  const needs = permission === null ? whoMay(route, isPortal) : `Needs the permission \`${permission}\`.`;
  return {
    operationId: operationId(method, path),
    tags: [tagOf(path)],
    summary: doc.summary,
    description: [doc.description, needs, deprecationText(doc)].filter((text) => text !== undefined).join("\n\n"),
    ...(permission === null ? {} : { "x-permission": permission }),
    ...(doc.deprecated === undefined ? {} : { deprecated: true }),
    ...securityOf(route, isPortal),
    parameters: [
      ...pathParameters(path),
      ...(subject === undefined || doc.grammar === undefined ? [] : grammarParameters(registry, subject, doc.grammar)),
      ...Object.entries(doc.parameters ?? {}).map(([name, schema]) => ({
        name,
        in: "query",
        schema: plainSchema(schema),
      })),
      ...(method === "POST" && isCounted ? [{ $ref: "#/components/parameters/idempotency_key" }] : []),
      ...(isHeldToVersion(route) ? [{ $ref: "#/components/parameters/if_match" }] : []),
    ],
    ...requestBody(doc),
    responses: {
      ...(doc.isOnce === true ? { "200": success(route, doc, named, isCounted) } : {}),
      [String(doc.status ?? (doc.answer === "nothing" ? 204 : 200))]: success(route, doc, named, isCounted),
      ...Object.fromEntries(
        failuresOf(registry, route).map((status) => [
          String(status),
          { $ref: `#/components/responses/error_${status}` },
        ]),
      ),
    },
  };
}

/** Whether a change can be bound to what was shown; what is made new, under a record too, replaces nothing. */
function isHeldToVersion({ method, path, doc }: Route): boolean {
  return doc?.isHeldToVersion ?? (method !== "GET" && path.includes(":id") && doc?.status !== 201);
}

/** Whether an answer comes with an `ETag`. */
function hasETag(doc: ApiDoc, named: (of: string | Resource) => Resource | undefined): boolean {
  if (doc.hasVersion !== undefined) return doc.hasVersion;
  if (doc.answer === "nothing" || !("one" in doc.answer)) return doc.isHeldToVersion === true;
  const one = named(doc.answer.one);
  return one !== undefined && hasVersion(one);
}

/** Whether an answer names the address of what was made. */
function hasLocation(doc: ApiDoc, named: (of: string | Resource) => Resource | undefined): boolean {
  if (doc.hasLocation !== undefined) return doc.hasLocation;
  if (doc.status !== 201 || doc.answer === "nothing" || !("one" in doc.answer)) return false;
  return named(doc.answer.one)?.address !== null;
}

/** What differs from the document's own: open doors, clients (who have no keys), and the scope that an app needs. */
function securityOf({ door, permission, doc }: Route, isPortal: boolean): { security?: Schema[] } {
  if (door === "hook") return { security: [] };
  // Keys and apps have no say in how a person signs in.
  if (doc?.isForChallenge === true) return { security: [{}, { bearer: [] }] };
  if (isPortal) return { security: [{ bearer: [] }] };
  return permission === null ? {} : { security: [{ bearer: [] }, { api_key: [] }, { oauth2: [permission] }] };
}

function whoMay({ door, doc }: Route, isPortal: boolean): string {
  if (door === "hook") return "Open to everybody.";
  if (doc?.isForChallenge === true) return "For whoever is signed in, or brings the challenge of a sign-in.";
  return isPortal ? "For people of the client portal." : "For everybody who is signed in.";
}

function isForPortal(path: string): boolean {
  return path.startsWith("/api/v1/portal/");
}

/** The group of an operation: the first part of its path, with `portal` before a client's; what is about the API is apart. */
export function tagOf(path: string): string {
  const [, first = "openapi.json", second = ""] = path.replace("/api/v1", "").split("/");
  if (first === "openapi.json") return "description";
  return first === "portal" ? `portal ${second}` : first.replaceAll("-", " ");
}

/** `GET /api/v1/tickets/:id/notes` → `getTicketsIdNotes`. */
function operationId(method: string, path: string): string {
  const words = path.replace("/api/v1/", "").split(/[^a-z0-9]+/i);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function deprecationText({ deprecated }: ApiDoc): string | undefined {
  if (deprecated === undefined) return undefined;
  return `Deprecated since ${deprecated.since}, stops to work on ${deprecated.sunset}: use \`${deprecated.instead}\`.`;
}

function pathParameters(path: string): Schema[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: name === "id" || name.endsWith("_id") ? { type: "string", format: "uuid" } : { type: "string" },
  }));
}

function requestBody({ input, isInputOptional }: ApiDoc): Schema {
  const inputs = input === undefined ? [] : ([input].flat() as ApiInput[]);
  if (inputs.length === 0) return {};
  const content: Record<string, Schema> = {};
  for (const one of inputs) {
    if ("media" in one) content[one.media] = { schema: plainSchema(one.schema) };
    else content[media] = { schema: inputDocument(one) };
  }
  return { requestBody: { required: isInputOptional !== true, content } };
}

function inputDocument({ type, attributes }: Extract<ApiInput, { type: string }>): Schema {
  const plain = plainSchema(attributes);
  // Ids stand in the address, and versions in If-Match.
  const { id: _id, version: _version, ...properties } = plain["properties"] as Record<string, Schema>;
  const required = ((plain["required"] ?? []) as string[]).filter((name) => name in properties);
  const relations = Object.keys(properties).filter((name) => name.endsWith("_id"));
  return {
    type: "object",
    properties: {
      data: {
        type: "object",
        properties: {
          type: { const: type },
          id: { type: "string", description: "Of a record that is there; new ones get theirs from Purser." },
          attributes: { ...plain, properties, ...(required.length === 0 ? { required: undefined } : { required }) },
          ...(relations.length === 0
            ? {}
            : {
                relationships: {
                  type: "object",
                  description: "Another way to send the attributes that end in `_id`.",
                  properties: Object.fromEntries(
                    relations.map((name) => [
                      name.slice(0, -3),
                      {
                        type: "object",
                        properties: {
                          data: orNull({
                            type: "object",
                            properties: { type: { type: "string" }, id: { type: "string" } },
                            required: ["type", "id"],
                          }),
                        },
                        required: ["data"],
                      },
                    ]),
                  ),
                },
              }),
        },
        required: ["type"],
      },
    },
    required: ["data"],
  };
}

function success(
  route: Route,
  doc: ApiDoc,
  named: (of: string | Resource) => Resource | undefined,
  isCounted: boolean,
): Schema {
  const { answer } = doc;
  if (answer === "nothing") return { description: "Done; there is nothing to show." };
  if ("media" in answer)
    return { description: "The file.", content: { [answer.media]: { schema: fileSchema(answer.media) } } };
  return {
    description:
      "many" in answer || ("isList" in answer && answer.isList === true) ? "A page of records." : "The record.",
    headers: {
      "X-Request-Id": { $ref: "#/components/headers/request_id" },
      ...(isCounted ? rateHeaders : {}),
      ...(hasETag(doc, named) ? { ETag: { $ref: "#/components/headers/etag" } } : {}),
      ...(route.method === "POST" && isCounted
        ? { "Idempotent-Replayed": { $ref: "#/components/headers/replayed" } }
        : {}),
      ...(hasLocation(doc, named) ? { Location: { $ref: "#/components/headers/location" } } : {}),
      ...(doc.deprecated === undefined
        ? {}
        : {
            Deprecation: { $ref: "#/components/headers/deprecation" },
            Sunset: { $ref: "#/components/headers/sunset" },
            Link: { $ref: "#/components/headers/link" },
          }),
    },
    content: {
      [media]: { schema: answerDocument(answer, named) },
      ...(doc.file === undefined ? {} : { [doc.file]: { schema: { type: "string" } } }),
    },
  };
}

function answerDocument(
  answer: Exclude<ApiAnswer, "nothing" | { media: string }>,
  named: (of: string | Resource) => Resource | undefined,
): Schema {
  if ("one" in answer)
    return topLevel({
      data: nullable(recordOf(named(answer.one)), answer.isNullable),
      included,
      links: ref("list_links"),
      ...(answer.meta === undefined ? {} : { meta: plainSchema(answer.meta) }),
    });
  if ("many" in answer)
    return topLevel({
      data: { type: "array", items: recordOf(named(answer.many)) },
      included,
      links: ref("list_links"),
    });
  if (!("type" in answer))
    return topLevel({
      ...(answer.links === undefined ? {} : { links: plainSchema(answer.links) }),
      meta: plainSchema(answer.meta),
    });
  const object: Schema = {
    type: "object",
    properties: {
      type: { const: answer.type },
      id: { type: "string" },
      attributes: plainSchema(answer.attributes),
      ...(answer.relationships === undefined
        ? {}
        : {
            relationships: {
              type: "object",
              properties: mapped(answer.relationships, (type) => relationship(type, true)),
            },
          }),
    },
    required: ["type", "id", "attributes"],
  };
  return topLevel({
    data: answer.isList === true ? { type: "array", items: object } : nullable(object, answer.isNullable),
    ...(answer.meta === undefined ? {} : { meta: plainSchema(answer.meta) }),
  });
}

function recordOf(resource: Resource | undefined): Schema {
  return ref(resource === undefined ? "resource_object" : schemaName(resource));
}

const included: Schema = {
  type: "array",
  items: ref("resource_object"),
  description: "What `include` asked for, each record once.",
};

const nullable = (schema: Schema, isNullable: boolean | undefined): Schema =>
  isNullable === true ? { anyOf: [schema, { type: "null" }] } : schema;

function topLevel(properties: Record<string, Schema>): Schema {
  return {
    type: "object",
    properties: { jsonapi: ref("jsonapi"), ...properties },
    required: ["jsonapi", ...("data" in properties ? ["data"] : ["meta"])],
  };
}

/** What a file holds, as far as it can be said. */
const fileSchema = (of: string): Schema =>
  of === "application/json" ? { type: "object" } : { type: "string", format: "binary" };

/** The failures that a route can answer with. */
function failuresOf({ modules }: Registry, route: Route): number[] {
  const { method, path, door, module } = route;
  const isOpenRead = door === "hook" && method === "GET";
  const isOptional = modules.some(({ name, optional }) => name === module && optional !== undefined);
  return [
    400,
    ...(door === "hook" && !/\/auth\/(login|refresh)$/.test(path) ? [] : [401]),
    // A route that asks for no permission may still be for one kind of people.
    ...(isOpenRead ? [] : [403]),
    // What belongs to a module that is switched off is not there.
    ...(path.includes(":") || isOptional || route.doc?.mayBeMissing === true ? [404] : []),
    406,
    ...(method === "GET" ? [] : [409]),
    ...(isHeldToVersion(route) ? [412] : []),
    // Verbs without an input are sent with a document that names them, or with nothing.
    ...(method === "GET" || method === "DELETE" ? [] : [408, 413, 415, 422]),
    429,
    500,
    503,
  ];
}
