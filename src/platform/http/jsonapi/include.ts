import { sql } from "kysely";
import { can } from "../../access/actor.ts";
import { reach } from "../../access/reach.ts";
import type { Ctx } from "../../context.ts";
import type { Column } from "../../database/columns.ts";
import type { TableName } from "../../database/tables.ts";
import { isOn } from "../../switches.ts";
import { aboutParameter, forbidden, malformed } from "../../errors.ts";
import { listsUnder, type Resource } from "../../resource.ts";
import { isShown, type Relationship, type ResourceObject, resourceObjects } from "./objects.ts";

type Row = Record<string, unknown>;

/** `fields[companies]=name` and `include=company`: less, or more, of what a document holds (JSON:API 1.1). */
export interface Selection {
  /** The members asked for, by type. */
  fields: ReadonlyMap<string, ReadonlySet<string>>;
  /** The relationships whose records come along. */
  include: Inclusions;
}

/** Relationships by name, and what comes along of the records that they lead to. */
export type Inclusions = ReadonlyMap<string, { relation: Relation; below: Inclusions }>;

type Growing = Map<string, { relation: Relation; below: Growing }>;

/** To one record, by a column of ours, or to those of a list under ours, by a column of theirs. */
interface Relation {
  target: Resource;
  column: string;
  /** The last part of the list's address: `/companies/{id}/contacts`; null: it leads to one record. */
  list: string | null;
}

const mostIncluded = 20;
/** `contract.company`, and no further. */
const deepest = 2;
/** As many records of a list come along; the relationship says where all of them are. */
export const mostBelow = 100;

/** Whether a parameter belongs to a selection; the other families are the list's own. */
export function isSelection(name: string): boolean {
  return name === "include" || /^fields\[[^\]]*\]$/.test(name);
}

/**
 * Reads the selection out of an address; a name that does not exist is a 400 that says which. Of a single record
 * (`isOne`) the lists under it can come along as well.
 */
export function readSelection(ctx: Ctx, resource: Resource, parameters: URLSearchParams, isOne = false): Selection {
  const types = new Map([[resource.type, resource]]);
  const include = aboutParameter("include", () => readIncluded(ctx, resource, parameters, isOne, types));
  const fields = new Map<string, Set<string>>();
  for (const [parameter, value] of parameters) {
    const type = /^fields\[([^\]]*)\]$/.exec(parameter)?.[1];
    if (type === undefined) continue;
    aboutParameter(parameter, () => {
      const of = types.get(type);
      if (of === undefined)
        throw malformed(`There are no ${type === "" ? "fields without a type" : type} in this document.`, "bad_fields");
      const names = value.split(",").filter((name) => name !== "");
      const unknown = names.find((name) => !isMember(ctx, of, name) && !(of === resource && include.has(name)));
      if (unknown !== undefined) throw malformed(`${type} have no field ${unknown}.`, "bad_fields");
      fields.set(type, new Set(names));
    });
  }
  return { fields, include };
}

/** What comes along; the types that are met on the way are added to those known. */
function readIncluded(
  ctx: Ctx,
  resource: Resource,
  parameters: URLSearchParams,
  isOne: boolean,
  types: Map<string, Resource>,
): Growing {
  const paths = (parameters.get("include") ?? "").split(",").filter((name) => name !== "");
  if (paths.length > mostIncluded) throw malformed(`include takes at most ${mostIncluded} names.`, "bad_include");
  const include: Growing = new Map();
  for (const path of paths) {
    const names = path.split(".");
    if (names.length > deepest)
      throw malformed(`Cannot include ${path}: include goes ${deepest} relationships deep.`, "bad_include");
    let at = include;
    let from = resource;
    for (const [depth, name] of names.entries()) {
      const relation = at.get(name)?.relation ?? relationOf(ctx, from, name, isOne && depth === 0, path);
      const { target } = relation;
      if (target.permission !== null && !can(ctx.actor, target.permission))
        throw forbidden(`You do not have permission to see what ${path} points to.`);
      types.set(target.type, target);
      const entry = at.get(name) ?? { relation, below: new Map() };
      at.set(name, entry);
      at = entry.below;
      from = target;
    }
  }
  return include;
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

/** What comes along with a document's records, as far as the actor may see it. */
export interface Included {
  /** Each record once, and none that is the document's own; undefined when none were asked for. */
  objects: ResourceObject[] | undefined;
  /** What the lists of a single record lead to, as its relationships. */
  lists: Record<string, Relationship>;
}

/** Reads what `include` asks for beside some rows, through reach; each record once, however many refer to it. */
export async function includedObjects(
  ctx: Ctx,
  resource: Resource,
  rows: readonly Row[],
  selection: Selection,
): Promise<Included> {
  if (selection.include.size === 0) return { objects: undefined, lists: {} };
  const objects = new Map<string, ResourceObject>();
  const lists: Record<string, Relationship> = {};
  const bring = async (of: readonly Row[], include: Inclusions): Promise<void> => {
    for (const [name, { relation, below }] of include) {
      const { target, list } = relation;
      const found = await related(ctx, relation, of);
      const brought = list === null ? found : found.slice(0, mostBelow);
      for (const object of await resourceObjects(ctx, target, brought))
        objects.set(`${object.type} ${object.id}`, selected(object, selection));
      if (list !== null)
        lists[name] = {
          data: brought.map(({ id }) => ({ type: target.type, id: String(id) })),
          links: { related: `/api/v1/${resource.path}/${String(of[0]?.["id"])}/${list}` },
          meta: { has_more: found.length > brought.length },
        };
      await bring(brought, below);
    }
  };
  await bring(rows, selection.include);
  for (const { id } of rows) objects.delete(`${resource.type} ${String(id)}`);
  return { objects: [...objects.values()], lists };
}

/** The records that a relationship of these rows leads to; of a list one more than come along. */
async function related(ctx: Ctx, { target, column, list }: Relation, rows: readonly Row[]): Promise<Row[]> {
  const from = list === null ? column : "id";
  const ids = [...new Set(rows.map((row) => row[from]).filter((id) => typeof id === "string"))];
  if (ids.length === 0) return [];
  const table = target.table.name as TableName;
  let query = reach(ctx, table)
    .selectAll(table as never)
    .where(sql.ref(`${table}.${list === null ? "id" : column}`), "in", ids);
  if (list !== null) query = query.orderBy(sql.ref(`${table}.id`)).limit(mostBelow + 1);
  return (await query.execute()) as Row[];
}

/** Where a relationship leads to. Clients of the portal see no more than their own resources, so theirs lead nowhere. */
function relationOf(ctx: Ctx, resource: Resource, name: string, mayBeList: boolean, path: string): Relation {
  const column = `${name}_id`;
  const isUsable = (one: Resource): boolean => one.audience === "staff" && isOn(ctx.app, ctx.tenant, one);
  const stated: Column | undefined =
    Object.hasOwn(resource.table.columns, column) && !resource.hidden.has(column)
      ? resource.table.columns[column]
      : undefined;
  if (resource.audience === "staff") {
    const all = [...ctx.app.registry.resources.values()].filter(isUsable);
    const target = all.find((one) => one.table.name === stated?.references);
    if (target !== undefined) return { target, column, list: null };
    const below = listsUnder(resource, all).get(name);
    if (below !== undefined && mayBeList) return below;
    if (below !== undefined)
      throw malformed(`Cannot include ${path}: lists come along with a single record only.`, "bad_include");
  }
  throw malformed(`Cannot include ${path}.`, "bad_include");
}

/** Whether a resource has a member of this name: a column it shows, a relationship, or what it calculates. */
function isMember(ctx: Ctx, resource: Resource, name: string): boolean {
  return (
    resource.calculated.includes(name) ||
    isShown(ctx.actor, resource, name) ||
    isShown(ctx.actor, resource, `${name}_id`)
  );
}
