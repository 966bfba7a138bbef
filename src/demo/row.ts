import type { RowOf, Table } from "../platform/database/columns.ts";

/** A row with every column: what is not given has its default. */
export function complete<T extends Table>(table: T, given: Partial<RowOf<T>>): RowOf<T> {
  const defaults = Object.fromEntries(
    Object.entries(table.columns).flatMap(([name, column]) =>
      column.defaultValue === undefined ? [] : [[name, column.defaultValue]],
    ),
  );
  return { ...defaults, ...given } as RowOf<T>;
}
