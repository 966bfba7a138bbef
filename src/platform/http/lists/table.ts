import type { Ctx } from "../../context.ts";
import type { List } from "./list.ts";
import type { CellModel, TableModel } from "../models/lists.ts";
import { isId } from "../../ids.ts";
import { called, t } from "../../language/index.ts";
import { allowedColumns } from "./columns.ts";

type Row = Record<string, unknown>;

/** What a table is drawn from: a list, or just the parts that matter. */
export type TableOf<R> = Pick<List<R>, "columns" | "href" | "isBold" | "title" | "table">;

/** The table alone, for sections of other pages. Columns whose cells need another look into the database stay out. */
export function tableModel<R>(
  ctx: Ctx,
  list: TableOf<R>,
  rows: readonly R[],
  order: string,
  sortUrl: ((sort: string) => string) | null,
): TableModel {
  const columns = allowedColumns(ctx, list.columns).filter((column) => column.is_optional !== true);
  return drawn(ctx, { ...list, columns }, rows, order, sortUrl, new Map());
}

/** The table of a list page: the chosen columns as they are, with the cells that some of them fetch for the whole page. */
export async function chosenTable<R>(
  ctx: Ctx,
  list: TableOf<R>,
  rows: readonly R[],
  order: string,
  sortUrl: (sort: string) => string,
): Promise<TableModel> {
  const fetching = list.columns.flatMap(({ key, cells }) =>
    cells === undefined ? [] : [cells(rows, ctx).then((fetched): [string, readonly CellModel[]] => [key, fetched])],
  );
  return drawn(ctx, list, rows, order, sortUrl, new Map(await Promise.all(fetching)));
}

function drawn<R>(
  ctx: Ctx,
  list: TableOf<R>,
  rows: readonly R[],
  order: string,
  sortUrl: ((sort: string) => string) | null,
  fetched: ReadonlyMap<string, readonly CellModel[]>,
): TableModel {
  const name = order.replace(/^-/, "");
  return {
    id: `${list.table}-table`,
    caption: t(list.title),
    columns: list.columns.map((column) => {
      const isSorted = column.key === name;
      const direction = !isSorted ? "none" : order.startsWith("-") ? "descending" : "ascending";
      return {
        label: called(column),
        sort_url:
          column.sort === undefined || sortUrl === null
            ? ""
            : sortUrl(direction === "ascending" ? `-${column.key}` : column.key),
        direction,
        is_numeric: column.is_numeric ?? false,
        is_secondary: column.is_secondary ?? false,
        is_main: column.is_main ?? false,
      };
    }),
    rows: rows.map((row, index) => ({
      id: String((row as Row)["id"]),
      ...versionOf(row as Row),
      href: list.href(row),
      is_bold: list.isBold?.(row) ?? false,
      cells: list.columns.map((column) => fetched.get(column.key)?.[index] ?? column.cell(row, ctx)),
    })),
  };
}

function versionOf({ version }: Row): { version?: number } {
  return typeof version === "number" ? { version } : {};
}

/** What the box of a row says when it is ticked: the record, and its version where the list has it. */
export const tickOf = (id: string, version: number | null | undefined): string =>
  version == null ? id : `${id}:${version}`;

/** The records that were ticked, each with the version that was shown; null where the list has none. What is no record is left out. */
export function tickedOf(given: readonly string[]): Map<string, number | null> {
  const ticks = given.map((tick) => {
    const [id = "", version = ""] = tick.split(":");
    return [id, /^\d{1,9}$/.test(version) ? Number(version) : null] as const;
  });
  return new Map(ticks.filter(([id]) => isId(id)));
}

/** The same table with a box before each row, labelled by what the record is called. */
export function choosable(table: TableModel, choosing: NonNullable<TableModel["choosing"]>): TableModel {
  return {
    ...table,
    choosing,
    rows: table.rows.map((row) => ({
      ...row,
      ticked: tickOf(row.id, row.version),
      name: (row.cells.find(({ kind }) => kind === "strong_link") ?? row.cells[0])?.text ?? "",
    })),
  };
}
