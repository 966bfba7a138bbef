import { Type } from "@sinclair/typebox";
import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import { find, reach } from "../../access/reach.ts";
import { type AnyAction, perform } from "../../action.ts";
import { type Ctx, placeOf, reading } from "../../context.ts";
import { definitionsOf, hasCustomFields } from "../../custom-fields/definitions.ts";
import { pageOf } from "../../database/paging.ts";
import { searchIds } from "../../database/search.ts";
import type { TableName } from "../../database/tables.ts";
import { aboutParameter, malformed } from "../../errors.ts";
import { noId } from "../../ids.ts";
import { typeOfTable } from "../../registry.ts";
import { hasVersion, type Resource, shownBy } from "../../resource.ts";
import { exportCsv } from "../../transfer/export.ts";
import { aboutDocument, ifMatch, readDocument } from "./document.ts";
import { includedObjects, isSelection, readSelection, selected } from "./include.ts";
import { type Relationship, type ResourceObject, resourceObjects } from "./objects.ts";
import { piecemeal } from "./piecemeal.ts";
import { pageLinks } from "./paged.ts";
import { readListQuery } from "./query.ts";
import { wantsCsv } from "./negotiation.ts";
import { type Answer, type ApiDoc, type Incoming, json, type Route } from "../route.ts";

/** JSON:API 1.1 documents and the routes that every resource has. */

type Row = Record<string, unknown>;

const base = "/api/v1";

/** The routes of a resource. */
export function resourceRoutes(resource: Resource): Route[] {
  const path = `${base}/${resource.path}`;
  const { permission, create, update, remove } = resource;
  const { noun } = resource.table;
  const one = `${/^[aeio]|^u(?!se)/i.test(noun) ? "an" : "a"} ${noun}`;
  const many = resource.type.replaceAll("_", " ").replace(/^api /, "API ");
  const shown = shownBy(resource);
  const hasFile = resource.audience === "staff" && !resource.table.isPlatform;
  const listDoc = (of: string): ApiDoc => ({
    summary: `List ${many}${of}.`,
    grammar: "list",
    answer: { many: resource },
    ...(of === "" && hasFile ? { file: "text/csv" } : {}),
  });
  const change = (method: "PUT" | "PATCH", action: AnyAction): Route => ({
    method,
    path: `${path}/:id`,
    door: "api",
    permission: action.permission,
    doc: {
      summary: `Change ${one}. Members that are not sent stay as they are.`,
      input: { type: resource.type, attributes: Type.Omit(action.input, ["id", "version"]) },
      answer: { one: resource },
    },
    handle: async (ctx, incoming) => {
      await reading(ctx, (reader) => find(reader, resource.table.name as TableName, incoming.params["id"] ?? ""));
      const body = await incoming.json();
      const attributes = readDocument(body, resource.type, incoming.params["id"] ?? "", leadsTo(ctx, resource));
      await aboutDocument(body, shown, () =>
        perform(ctx, action, { ...attributes, id: incoming.params["id"], ...ifMatch(incoming) }),
      );
      return showOne(ctx, resource, incoming.params["id"] ?? "");
    },
  });
  const routes: Route[] = [
    {
      method: "GET",
      path,
      door: "api",
      permission,
      doc: listDoc(""),
      isOutsideRead: true,
      handle: (ctx, incoming) =>
        hasFile && wantsCsv(incoming.request.headers.get("accept"))
          ? listAsCsv(ctx, resource, incoming)
          : reading(ctx, (reader) => list(reader, resource, incoming, null)),
    },
    {
      method: "GET",
      path: `${path}/:id`,
      door: "api",
      permission,
      doc: { summary: `Show ${one}.`, grammar: "record", answer: { one: resource } },
      handle: (ctx, incoming) => showOne(ctx, resource, incoming.params["id"] ?? "", 200, selectionOf(incoming)),
    },
  ];
  for (const { parent, column, as } of resource.under) {
    routes.push({
      method: "GET",
      path: `${base}/${parent.replaceAll("_", "-")}/:id/${as ?? resource.path}`,
      door: "api",
      permission,
      doc: listDoc(` of one of the ${parent.replaceAll("_", " ")}`),
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
      doc: {
        summary: `Add ${one}.`,
        input: { type: resource.type, attributes: create.input },
        answer: { one: resource, ...(resource.remarks === null ? {} : { meta: resource.remarks.schema }) },
        status: 201,
      },
      handle: async (ctx, incoming) => {
        const body = await incoming.json();
        const attributes = readDocument(body, resource.type, null, leadsTo(ctx, resource));
        const made = (await aboutDocument(body, shown, () => perform(ctx, create, attributes))) as Row;
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
      doc: { summary: `Delete ${one}, unless something refers to it.`, answer: "nothing" },
      handle: async (ctx, incoming) => {
        await reading(ctx, (reader) => find(reader, resource.table.name as TableName, incoming.params["id"] ?? ""));
        await perform(ctx, remove, { id: incoming.params["id"], ...ifMatch(incoming) });
        return { kind: "response", response: new Response(null, { status: 204 }) };
      },
    });
  }
  return routes;
}

/** The type that a relationship of a resource leads to, by its name. */
function leadsTo(ctx: Ctx, { table }: Resource): (name: string) => string | null {
  return (name) => {
    const column = Object.hasOwn(table.columns, `${name}_id`) ? table.columns[`${name}_id`] : undefined;
    return column?.references == null ? null : typeOfTable(ctx.app.registry, column.references);
  };
}

async function list(
  ctx: Ctx,
  resource: Resource,
  incoming: Incoming,
  under: { column: string; id: string } | null,
): Promise<Answer> {
  const selection = readSelection(ctx, resource, incoming.url.searchParams);
  const name = resource.table.name as TableName;
  const fields = hasCustomFields(resource.table) ? await definitionsOf(ctx, name) : [];
  const asked = readListQuery(ctx, resource, incoming.url, ctx.app.registry.search.has(name), fields);
  let query = reach(ctx, name).selectAll(name as never);
  if (under !== null) {
    const condition = sql<boolean>`${sql.ref(`${name}.${under.column}`)} = ${under.id}`;
    asked.conditions.push(condition);
    asked.references.push({ column: under.column, condition });
  }
  for (const one of asked.conditions) query = query.where(one);
  for (const key of asked.sort) if (key.expression !== undefined) query = query.select(key.expression.as(key.name));
  if (asked.search !== "") query = query.where(await searched(ctx, resource, asked.search));
  const sort = await piecemeal(ctx, resource, asked);
  const page = await pageOf<Row>(query as never, placeOf(ctx), `${name}.id`, sort, asked);
  const { objects: included } = await includedObjects(ctx, resource, page.rows, selection);
  return json({
    jsonapi: { version: "1.1" },
    links: pageLinks(incoming.url, page.next),
    data: (await resourceObjects(ctx, resource, page.rows)).map((object) => selected(object, selection)),
    included,
  });
}

/** What has the words of `filter[q]`: by the search documents, or as a log looks through itself. */
async function searched(ctx: Ctx, resource: Resource, text: string): Promise<RawBuilder<boolean>> {
  if (resource.searched !== null) return resource.searched(ctx, text);
  const ids = await searchIds(ctx, resource.table.name, text, 500);
  return sql<boolean>`${sql.ref(`${resource.table.name}.id`)} in (${sql.join(ids.length === 0 ? [noId] : ids)})`;
}

/**
 * The list as a file, for whoever accepts `text/csv`: with the list's filters and search, whole and in the order in which the
 * records came up. `fields[type]` chooses columns by the headers that the file has.
 */
async function listAsCsv(ctx: Ctx, resource: Resource, incoming: Incoming): Promise<Answer> {
  const name = resource.table.name as TableName;
  const url = new URL(incoming.url);
  const chosen = url.searchParams.get(`fields[${resource.type}]`);
  // The columns are those of the file; a file holds nothing but its records.
  url.searchParams.delete(`fields[${resource.type}]`);
  readSelection(ctx, resource, url.searchParams);
  const narrowedTo = async (reader: Ctx): Promise<SelectQueryBuilder<never, never, { id: string }>> => {
    const fields = hasCustomFields(resource.table) ? await definitionsOf(reader, name) : [];
    const asked = readListQuery(reader, resource, url, reader.app.registry.search.has(name), fields);
    let query = reach(reader, name).select(`${name}.id` as never);
    for (const one of asked.conditions) query = query.where(one);
    if (asked.search !== "") query = query.where(await searched(reader, resource, asked.search));
    return query as never;
  };
  // What cannot be asked is said before the file begins.
  await reading(ctx, narrowedTo);
  const file = await exportCsv(ctx, resource, {
    ids: narrowedTo,
    columns: chosen === null ? [] : chosen.split(","),
    // The length and the order of pages, and what comes along, say nothing of a file.
    filters: Object.fromEntries([...url.searchParams].filter(([one]) => one.startsWith("filter["))),
  });
  return { kind: "response", response: file };
}

/** The parameters of a single record: a selection, and nothing else. */
function selectionOf({ url: { searchParams } }: Incoming): URLSearchParams {
  for (const name of searchParams.keys()) {
    aboutParameter(name, () => {
      if (!isSelection(name)) throw malformed(`The parameter ${name} is not known here.`, "unknown_parameter");
      if (searchParams.getAll(name).length > 1)
        throw malformed(`The parameter ${name} is given twice.`, "repeated_parameter");
    });
  }
  return searchParams;
}

/** One resource as a document, with its version as the ETag where readers may know it; `parameters` may select what it holds. */
export async function showOne(
  ctx: Ctx,
  resource: Resource,
  id: string,
  status = 200,
  parameters = new URLSearchParams(),
): Promise<Answer> {
  return reading(ctx, async (reader) => {
    const row = (await find(reader, resource.table.name as TableName, id)) as Row;
    const selection = readSelection(ctx, resource, parameters, true);
    const [object] = await resourceObjects(reader, resource, [row]);
    const { objects: included, lists } = await includedObjects(reader, resource, [row], selection);
    const data = object === undefined ? undefined : selected(withLists(object, lists), selection);
    const headers: Record<string, string> = hasVersion(resource) ? { etag: `"${String(row["version"])}"` } : {};
    if (status === 201 && data?.links !== undefined) headers["location"] = data.links.self;
    const meta = status === 201 ? ((await resource.remarks?.of(reader, id)) ?? undefined) : undefined;
    const links = data?.links;
    return json({ jsonapi: { version: "1.1" }, links, data, included, meta }, status, headers);
  });
}

function withLists(object: ResourceObject, lists: Record<string, Relationship>): ResourceObject {
  return Object.keys(lists).length === 0 ? object : { ...object, relationships: { ...object.relationships, ...lists } };
}
