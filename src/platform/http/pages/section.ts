import type { CellModel, TableModel } from "../models/lists.ts";
import type { ActionLink, EmptyModel, SectionModel } from "../models/partials.ts";

/** Tables that are no lists: all their rows are there, in one order. */

/** A column by its label, or with what else is said of it. */
export type SectionColumn = string | { label: string; is_numeric?: boolean; is_secondary?: boolean; is_main?: boolean };

/** A row; the first has the id "0" where it says none. */
export interface SectionRow {
  id?: string;
  href?: string;
  cells: CellModel[];
}

export function plainTable(
  id: string,
  caption: string,
  columns: readonly SectionColumn[],
  rows: readonly SectionRow[],
): TableModel {
  return {
    id,
    caption,
    columns: columns.map((column) => ({
      sort_url: "",
      direction: "none",
      is_numeric: false,
      is_secondary: false,
      ...(typeof column === "string" ? { label: column } : column),
    })),
    rows: rows.map(({ id: own, href = "", cells }, at) => ({ id: own ?? String(at), href, is_bold: false, cells })),
  };
}

/** A part of a page: a title, and a table of its own or what stands in its place. `caption` is the title unless told. */
export function section(given: {
  id: string;
  title: string;
  caption?: string;
  actions?: ActionLink[];
  columns: readonly SectionColumn[];
  rows: readonly SectionRow[];
  empty: EmptyModel;
}): SectionModel {
  const { id, title, caption = title, actions = [], columns, rows, empty } = given;
  return { id, title, actions, table: plainTable(id, caption, columns, rows), empty, more_url: "", more_label: "" };
}
