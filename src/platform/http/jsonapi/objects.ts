import { type Actor, can } from "../../access/actor.ts";
import type { Ctx } from "../../context.ts";
import { toEdge } from "../../database/edge.ts";
import { typeOfTable } from "../../registry.ts";
import type { Resource } from "../../resource.ts";

type Row = Record<string, unknown>;

/** A record as a JSON:API document holds it. */
export interface ResourceObject {
  type: string;
  id: string;
  attributes: Row;
  relationships?: Record<string, Relationship>;
  links?: { self: string };
}

/** What a record refers to, or with `links` and `meta` the first records of a list under it. */
export interface Relationship {
  data: Linkage | null | Linkage[];
  links?: { related: string };
  meta?: { has_more: boolean };
}

interface Linkage {
  type: string;
  id: string;
}

/** Rows as resource objects: columns as attributes under their own names, references as relationships as well. */
export async function resourceObjects(ctx: Ctx, resource: Resource, rows: readonly Row[]): Promise<ResourceObject[]> {
  const more = resource.extend === null ? [] : await resource.extend(ctx, rows);
  return rows.map((row, index) => {
    const attributes = { ...toEdge(resource.table, row), ...more[index] };
    const relationships: NonNullable<ResourceObject["relationships"]> = {};
    for (const [name, column] of Object.entries(resource.table.columns)) {
      if (!isShown(ctx.actor, resource, name) && !resource.calculated.includes(name)) delete attributes[name];
      else if (column.references !== null && name.endsWith("_id")) {
        const target = typeOfTable(ctx.app.registry, column.references);
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
      ...(resource.address === null ? {} : { links: { self: resource.address(String(row["id"])) } }),
    };
  });
}

/** Whether a resource shows a column to somebody. */
export function isShown(actor: Actor, { table, hidden }: Resource, name: string): boolean {
  // An object is nothing without its id, also where the columns shown are named one by one.
  if (name === "id") return true;
  const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (column === undefined || column.isSecret || hidden.has(name) || name === "tenant_id") return false;
  return column.readPermission === null || actor.kind !== "staff" || can(actor, column.readPermission);
}
