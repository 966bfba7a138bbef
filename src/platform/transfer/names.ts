import { sql } from "kysely";
import { reach } from "../access/reach.ts";
import type { Ctx } from "../context.ts";
import { tableNamed } from "../database/columns.ts";
import type { TableName } from "../database/tables.ts";
import type { Registry } from "../registry.ts";

type Row = Record<string, unknown>;

/** What stands between the names of entries below each other. */
export const below = " > ";

/** How records of a table are named in files, also of tables whose resource says nothing. */
export interface Naming {
  columns: readonly string[];
  parent: string | null;
}

/** By which columns the records of a table are named in files: those of their transfer, else what is most like a name. */
export function namingOf(registry: Registry, tableName: string): Naming {
  const said = [...registry.transfers.values()].find(({ resource }) => resource.table.name === tableName);
  if (said !== undefined) return { columns: said.naming, parent: said.parent };
  const columns = tableNamed(tableName)?.columns ?? {};
  const column = ["email", "name", "invoice_number"].find((name) => name in columns);
  return { columns: column === undefined ? [] : [column], parent: null };
}

/** A record's name: the first of the naming columns that is filled; "first_name" brings the last name with it. */
export function nameOf({ columns }: Naming, row: Row): string {
  for (const column of columns) {
    const value = row[column];
    if (typeof value !== "string" || value.trim() === "") continue;
    if (column === "first_name" && typeof row["last_name"] === "string") return `${value} ${row["last_name"]}`.trim();
    return value;
  }
  return "";
}

/** The names of records by their ids, as far as they are within reach. */
export async function namesOf(
  ctx: Ctx,
  tableName: string,
  ids: readonly string[],
  naming = namingOf(ctx.app.registry, tableName),
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const wanted = [...new Set(ids)];
  if (wanted.length === 0 || tableNamed(tableName) === undefined) return names;
  const query = reach(ctx, tableName as TableName).selectAll(tableName as never);
  // Entries that stand below others need those too; such lists are short.
  const rows = (await (
    naming.parent === null ? query.where(sql.ref(`${tableName}.id`), "in", wanted) : query
  ).execute()) as Row[];
  const byId = new Map(rows.map((row) => [String(row["id"]), row]));
  for (const id of wanted) {
    const row = byId.get(id);
    if (row === undefined) continue;
    names.set(id, naming.columns.length === 0 ? id : pathOf(naming, row, byId));
  }
  return names;
}

/** The name with those above it: "Hardware > Printer". */
export function pathOf(naming: Naming, row: Row, byId: ReadonlyMap<string, Row>): string {
  const parts = [nameOf(naming, row)];
  let above = naming.parent === null ? undefined : byId.get(String(row[naming.parent]));
  for (let depth = 0; above !== undefined && depth < 20; depth += 1) {
    parts.unshift(nameOf(naming, above));
    above = byId.get(String(above[naming.parent ?? ""]));
  }
  return parts.join(below);
}
