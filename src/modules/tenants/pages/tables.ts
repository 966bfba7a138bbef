import type { CellModel } from "../../../platform/http/models/lists.ts";
import type { EmptyModel, SectionModel, ActionLink } from "../../../platform/http/models/partials.ts";

/** A table with its title, from columns and rows of cells. */
export function section(given: {
  id: string;
  title: string;
  actions?: ActionLink[];
  columns: { label: string; is_numeric?: boolean; is_secondary?: boolean }[];
  rows: { id: string; href?: string; cells: CellModel[] }[];
  empty: EmptyModel;
}): SectionModel {
  return {
    id: given.id,
    title: given.title,
    actions: given.actions ?? [],
    table: {
      id: `${given.id}-table`,
      caption: given.title,
      columns: given.columns.map(({ label, is_numeric = false, is_secondary = false }) => ({
        label,
        sort_url: "",
        direction: "none",
        is_numeric,
        is_secondary,
      })),
      rows: given.rows.map(({ id, href = "", cells }) => ({ id, href, is_bold: false, cells })),
    },
    empty: given.empty,
    more_url: "",
    more_label: "",
  };
}
