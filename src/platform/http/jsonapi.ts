import { sql } from "kysely";
import { find, reach } from "../access/reach.ts";
import { type AnyAction, perform } from "../action.ts";
import { type Ctx, reading } from "../context.ts";
import { toEdge } from "../database/edge.ts";
import { pageOf } from "../database/paging.ts";
import { searchIds } from "../database/search.ts";
import type { TableName } from "../database/tables.ts";
import { Failure, invalidField, malformed } from "../errors.ts";
import { noId } from "../ids.ts";
import type { Resource } from "../resource.ts";
import { readListQuery } from "./jsonapi-query.ts";
import { type Answer, type Incoming, json, type Route } from "./route.ts";

/** JSON:API 1.1 documents and the routes that every resource has. */

type Row = Record<string, unknown>;

export interface ResourceObject {
  type: string;
  id: string;
  attributes: Row;
  relationships?: Record<string, { data: { type: string; id: string } | null }>;
  links: { self: string };
}

const base = "/api/v1";

/** The routes of a resource. */
export function resourceRoutes(resource: Resource): Route[] {
  const path = `${base}/${resource.path}`;
  const { permission, create, update, remove } = resource;
  const change = (method: "PUT" | "PATCH", action: AnyAction): Route => ({
    method,
    path: `${path}/:id`,
    door: "api",
    permission: action.permission,
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, resource.table.name as TableName, incoming.params["id"] ?? ""));
      const attributes = readResource(resource, await incoming.json(), incoming.params["id"] ?? "");
      await perform(ctx, action, { ...attributes, id: incoming.params["id"], ...ifMatch(incoming) });
      return showOne(ctx, resource, incoming.params["id"] ?? "");
    },
  });
  const routes: Route[] = [
    { method: "GET", path, door: "api", permission, handle: (ctx, incoming) => list(ctx, resource, incoming, null) },
    {
      method: "GET",
      path: `${path}/:id`,
      door: "api",
      permission,
      handle: async (ctx, incoming) => {
        refuseParameters(incoming);
        return showOne(ctx, resource, incoming.params["id"] ?? "");
      },
    },
  ];
  for (const { parent, column, as } of resource.under) {
    routes.push({
      method: "GET",
      path: `${base}/${parent.replaceAll("_", "-")}/:id/${as ?? resource.path}`,
      door: "api",
      permission,
      handle: async (ctx, incoming) => {
        const owner = await find(ctx, parent as TableName, incoming.params["id"] ?? "");
        return list(ctx, resource, incoming, { column, id: String((owner as Row)["id"]) });
      },
    });
  }
  if (create !== null) {
    routes.push({
      method: "POST",
      path,
      door: "api",
      permission: create.permission,
      handle: async (ctx, incoming) => {
        const made = (await perform(ctx, create, readResource(resource, await incoming.json(), null))) as Row;
        return showOne(ctx, resource, String(made["id"]), 201);
      },
    });
  }
  if (update !== null) routes.push(change("PUT", update), change("PATCH", update));
  if (remove !== null) {
    routes.push({
      method: "DELETE",
      path: `${path}/:id`,
      door: "api",
      permission: remove.permission,
      handle: async (ctx, incoming) => {
        await reading(ctx, (reader) => find(reader, resource.table.name as TableName, incoming.params["id"] ?? ""));
        await perform(ctx, remove, { id: incoming.params["id"], ...ifMatch(incoming) });
        return { kind: "response", response: new Response(null, { status: 204 }) };
      },
    });
  }
  return routes;
}

async function list(ctx: Ctx, resource: Resource, incoming: Incoming, under: { column: string; id: string } | null): Promise<Answer> {
  const { dialect } = ctx.app.database;
  const name = resource.table.name as TableName;
  const asked = readListQuery(resource, incoming.url, dialect, ctx.app.registry.search.has(name));
  let query = reach(ctx, name).selectAll(name as never);
  if (under !== null) query = query.where(sql.ref(`${name}.${under.column}`), "=", under.id);
  for (const one of asked.conditions) query = query.where(one);
  if (asked.search !== "") {
    const ids = await searchIds(ctx, name, asked.search, 500);
    query = query.where(sql.ref(`${name}.id`), "in", ids.length === 0 ? [noId] : ids);
  }
  const page = await pageOf<Row>(query as never, dialect, `${name}.id`, asked.sort, asked);
  const next = page.next === null ? null : withParameter(incoming.url, "page[after]", page.next);
  return json({
    jsonapi: { version: "1.1" },
    links: { self: incoming.url.pathname + incoming.url.search, next },
    data: await resourceObjects(ctx, resource, page.rows),
  });
}

/** One resource as a document, with its version as the ETag. */
export async function showOne(ctx: Ctx, resource: Resource, id: string, status = 200): Promise<Answer> {
  return reading(ctx, async (reader) => {
    const row = (await find(reader, resource.table.name as TableName, id)) as Row;
    const [data] = await resourceObjects(reader, resource, [row]);
    const headers: Record<string, string> = row["version"] === undefined ? {} : { etag: `"${String(row["version"])}"` };
    if (status === 201 && data !== undefined) headers["location"] = data.links.self;
    return json({ jsonapi: { version: "1.1" }, links: { self: data?.links.self }, data }, status, headers);
  });
}

/** Rows as resource objects: columns as attributes under their own names, references as relationships as well. */
export async function resourceObjects(ctx: Ctx, resource: Resource, rows: readonly Row[]): Promise<ResourceObject[]> {
  const more = resource.extend === null ? [] : await resource.extend(ctx, rows);
  return rows.map((row, index) => {
    const attributes = { ...toEdge(resource.table, row), ...more[index] };
    const relationships: NonNullable<ResourceObject["relationships"]> = {};
    for (const [name, column] of Object.entries(resource.table.columns)) {
      if (resource.hidden.has(name)) delete attributes[name];
      else if (column.references !== null && name.endsWith("_id")) {
        const target = typeOfTable(ctx, column.references);
        const value = row[name];
        relationships[name.slice(0, -3)] = { data: typeof value === "string" ? { type: target, id: value } : null };
      }
    }
    delete attributes["id"];
    return {
      type: resource.type,
      id: String(row["id"]),
      attributes,
      ...(Object.keys(relationships).length === 0 ? {} : { relationships }),
      links: { self: `${base}/${resource.path}/${String(row["id"])}` },
    };
  });
}

function typeOfTable(ctx: Ctx, table: string): string {
  for (const resource of ctx.app.registry.resources.values()) if (resource.table.name === table) return resource.type;
  return table;
}

/** The attributes of a request document; relationships are read as their `_id` columns. */
export function readResource(resource: Resource, body: unknown, id: string | null): Row {
  return readDocument(body, resource.type, id);
}

/** The attributes of a request document of a type; a bad frame is a 400, a wrong type or id a 409, as JSON:API says. */
export function readDocument(body: unknown, type: string, id: string | null): Row {
  if (!isObject(body) || !isObject(body["data"])) {
    throw malformed(`Send a JSON:API document: {"data": {"type": "${type}", "attributes": {…}}}.`, "bad_document");
  }
  const { data } = body;
  if (data["type"] !== type) throw new Failure(409, "wrong_type", `data.type must be "${type}".`, [{ field: "/data/type", code: "wrong_type", message: `Must be "${type}".` }]);
  if (id !== null && data["id"] !== undefined && data["id"] !== id) throw new Failure(409, "wrong_id", "data.id is not the id of this address.");
  if (id === null && data["id"] !== undefined) throw new Failure(403, "client_id", "Purser gives the id; leave data.id out.");
  const attributes = data["attributes"] ?? {};
  if (!isObject(attributes)) throw malformed("data.attributes must be an object.", "bad_document");
  const values: Row = { ...attributes };
  const relationships = data["relationships"] ?? {};
  if (!isObject(relationships)) throw malformed("data.relationships must be an object.", "bad_document");
  for (const [name, relationship] of Object.entries(relationships)) {
    if (!isObject(relationship) || !("data" in relationship)) throw malformed(`data.relationships.${name} needs a data member.`, "bad_document");
    const linkage = relationship["data"];
    const value = linkage === null ? null : isObject(linkage) ? linkage["id"] : undefined;
    if (value !== null && typeof value !== "string") throw malformed(`data.relationships.${name}.data must be null or have an id.`, "bad_document");
    const column = `${name}_id`;
    if (column in values && values[column] !== value) throw invalidField(column, "The attribute and the relationship say different things.");
    values[column] = value;
  }
  return values;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `If-Match: "3"` as the version that a change expects. */
function ifMatch(incoming: Incoming): { version?: number } {
  const header = incoming.request.headers.get("if-match");
  if (header === null || header === "*") return {};
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header.trim());
  if (match === null) throw malformed('If-Match must be the ETag of the record, such as "3".', "bad_if_match");
  return { version: Number(match[1]) };
}

/** For routes that take no parameters: any is unknown. */
export function refuseParameters(incoming: Incoming): void {
  const [name] = incoming.url.searchParams.keys();
  if (name !== undefined) throw malformed(`The parameter ${name} is not known here.`, "unknown_parameter");
}

function withParameter(url: URL, name: string, value: string): string {
  const next = new URL(url);
  next.searchParams.set(name, value);
  return next.pathname + next.search;
}

/** A failure as a JSON:API error document: one error a field, each with a pointer into the request. */
export function errorDocument(failure: Failure, requestId: string): object {
  const problems = failure.problems.length > 0 ? failure.problems : [null];
  return {
    jsonapi: { version: "1.1" },
    errors: problems.map((problem) => ({
      id: requestId,
      status: String(failure.status),
      code: problem?.code ?? failure.code,
      title: titles[failure.status] ?? "Error",
      detail: problem?.message ?? failure.message,
      ...(problem === null ? {} : { source: { pointer: pointerOf(problem.field) } }),
    })),
  };
}

function pointerOf(field: string): string {
  if (field.startsWith("/")) return field;
  const first = field.split("/")[0] ?? "";
  return first === "" ? "/data" : `/data/attributes/${field}`;
}

const titles: Record<number, string> = {
  400: "Malformed request",
  401: "Not signed in",
  403: "Not permitted",
  404: "Not found",
  409: "Conflict",
  412: "Changed meanwhile",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not valid",
  429: "Too many requests",
  500: "Defect",
  503: "Not available",
};

