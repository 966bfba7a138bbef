import { sql } from "kysely";
import { can } from "../access/actor.ts";
import { reach } from "../access/reach.ts";
import type { Ctx } from "../context.ts";
import type { Column } from "../database/columns.ts";
import type { TableName } from "../database/tables.ts";
import { isOn } from "../switches.ts";
import { forbidden, malformed } from "../errors.ts";
import type { Resource } from "../resource.ts";
import { isShown, type ResourceObject, resourceObjects } from "./jsonapi-objects.ts";

/** `fields[companies]=name` and `include=company`: less, or more, of what a document holds (JSON:API 1.1). */
export interface Selection {
  /** The members asked for, by type. */
  fields: ReadonlyMap<string, ReadonlySet<string>>;
  /** The relationships whose records come along. */
  include: readonly string[];
}

const mostIncluded = 20;

/** Whether a parameter belongs to a selection; the other families are the list's own. */
export function isSelection(name: string): boolean {
  return name === "include" || /^fields\[[^\]]*\]$/.test(name);
}

/** Reads the selection out of an address; a name that does not exist is a 400 that says which. */
export function readSelection(ctx: Ctx, resource: Resource, parameters: URLSearchParams): Selection {
  const include = (parameters.get("include") ?? "").split(",").filter((name) => name !== "");
  if (include.length > mostIncluded) throw malformed(`include takes at most ${mostIncluded} names.`, "bad_include");
  const types = new Map([[resource.type, resource]]);
  for (const name of include) {
    const { target } = relationOf(ctx, resource, name);
    if (target.permission !== null && !can(ctx.actor, target.permission))
      throw forbidden(`You do not have permission to see what ${name} points to.`);
    types.set(target.type, target);
  }
  const fields = new Map<string, Set<string>>();
  for (const [parameter, value] of parameters) {
    const type = /^fields\[([^\]]*)\]$/.exec(parameter)?.[1];
    if (type === undefined) continue;
    const of = types.get(type);
    if (of === undefined)
      throw malformed(`There are no ${type === "" ? "fields without a type" : type} in this document.`, "bad_fields");
    const names = value.split(",").filter((name) => name !== "");
    const unknown = names.find((name) => !isMember(ctx, of, name));
    if (unknown !== undefined) throw malformed(`${type} have no field ${unknown}.`, "bad_fields");
    fields.set(type, new Set(names));
  }
  return { fields, include };
}

/** A resource object with the members asked for. */
export function selected(object: ResourceObject, { fields }: Selection): ResourceObject {
  const names = fields.get(object.type);
  if (names === undefined) return object;
  const kept = <T>(members: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(members).filter(([name]) => names.has(name)));
  const { relationships, ...others } = object;
  return {
    ...others,
    attributes: kept(object.attributes),
    ...(relationships === undefined ? {} : { relationships: kept(relationships) }),
  };
}

/** The records that come along, each once, as far as the actor may see them; undefined when none were asked for. */
export async function includedObjects(
  ctx: Ctx,
  resource: Resource,
  rows: readonly Record<string, unknown>[],
  selection: Selection,
): Promise<ResourceObject[] | undefined> {
  if (selection.include.length === 0) return undefined;
  const wanted = new Map<Resource, Set<string>>();
  for (const name of selection.include) {
    const { target, column } = relationOf(ctx, resource, name);
    const ids = wanted.get(target) ?? new Set();
    for (const row of rows) if (typeof row[column] === "string") ids.add(row[column]);
    wanted.set(target, ids);
  }
  const objects: ResourceObject[] = [];
  for (const [target, ids] of wanted) {
    if (ids.size === 0) continue;
    const table = target.table.name as TableName;
    const found = await reach(ctx, table)
      .selectAll(table as never)
      .where(sql.ref(`${table}.id`), "in", [...ids])
      .execute();
    objects.push(
      ...(await resourceObjects(ctx, target, found as Record<string, unknown>[])).map((object) =>
        selected(object, selection),
      ),
    );
  }
  return objects;
}

/** Where a relationship points to. Clients of the portal see no more than their own resources, so theirs lead nowhere. */
function relationOf(ctx: Ctx, resource: Resource, name: string): { column: string; target: Resource } {
  const column = `${name}_id`;
  const stated: Column | undefined =
    Object.hasOwn(resource.table.columns, column) && !resource.hidden.has(column)
      ? resource.table.columns[column]
      : undefined;
  const target =
    stated?.references == null || resource.audience === "portal"
      ? undefined
      : [...ctx.app.registry.resources.values()].find(
          (one) => one.table.name === stated.references && isOn(ctx.app, ctx.tenant, one),
        );
  if (target === undefined) throw malformed(`Cannot include ${name}.`, "bad_include");
  return { column, target };
}

/** Whether a resource has a member of this name: a column it shows, a relationship, or what it calculates. */
function isMember(ctx: Ctx, resource: Resource, name: string): boolean {
  return (
    resource.calculated.includes(name) ||
    isShown(ctx.actor, resource, name) ||
    isShown(ctx.actor, resource, `${name}_id`)
  );
}
