import type { RowOf, Table } from "../platform/database/columns.ts";

const known = new WeakMap<Table, Record<string, unknown>>();

/** A row with every column: what is not given has its default. */
export function complete<T extends Table>(table: T, given: Partial<RowOf<T>>): RowOf<T> {
  let defaults = known.get(table);
  if (defaults === undefined) {
    const columns = Object.entries(table.columns).filter(([, column]) => column.defaultValue !== undefined);
    defaults = Object.fromEntries(columns.map(([name, column]) => [name, column.defaultValue]));
    known.set(table, defaults);
  }
  return { ...defaults, ...given } as RowOf<T>;
}
