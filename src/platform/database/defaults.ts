import type { Tenant } from "../context.ts";
import { allTables, type Column, type Table } from "./columns.ts";
import { toEdge } from "./edge.ts";

/** What new records of an organization start with where nothing else is said: table → column → value. */
export type DefaultValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a column of a new record starts with: the organization's own default, else the program's. */
export function startValue(
  tenant: Pick<Tenant, "default_values">,
  table: Pick<Table, "name">,
  name: string,
  column: Column,
): unknown {
  const own = tenant.default_values[table.name];
  return own !== undefined && Object.hasOwn(own, name) ? own[name] : column.defaultValue;
}

/** What the form of a new record opens with of what an organization may say. */
export function newRowValues(
  tenant: Pick<Tenant, "default_values" | "currency">,
  table: Table,
): Record<string, unknown> {
  const values = Object.fromEntries(
    Object.entries(table.columns).flatMap(([name, column]) => {
      const isChosen = column.isDefaultable || Object.hasOwn(tenant.default_values[table.name] ?? {}, name);
      const value = isChosen ? startValue(tenant, table, name, column) : undefined;
      return value == null ? [] : [[name, value]];
    }),
  );
  return Object.fromEntries(
    Object.entries(toEdge(table, { currency: tenant.currency, ...values })).filter(([name]) => name in values),
  );
}

/** The tables with columns that an organization may set defaults for, and those columns. */
export function defaultable(): { table: Table; names: string[] }[] {
  return allTables().flatMap((table) => {
    const names = Object.entries(table.columns).flatMap(([name, column]) => (column.isDefaultable ? [name] : []));
    return names.length === 0 ? [] : [{ table, names }];
  });
}
