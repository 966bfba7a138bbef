import { breath } from "../../database/breath.ts";
import type { TableModel } from "../models/lists.ts";
import { render } from "./templates.ts";

/** So many rows take some milliseconds to draw, also by a template that has just been drawn for the first time. */
const rowsAtOnce = 40;

/**
 * A page's model with the rows of its long tables drawn already, some at a time. A template is drawn in one piece, in which
 * nobody else is answered: hundreds of rows of a report would be a tenth of a second of silence (decision 0031).
 */
export async function withRowsDrawn(model: object, csrf: string): Promise<object> {
  if (!("sections" in model) || !Array.isArray(model.sections)) return model;
  const sections: unknown[] = [];
  for (const section of model.sections as { table?: TableModel }[]) {
    const { table } = section;
    const isLong = (table?.rows.length ?? 0) > rowsAtOnce;
    sections.push(
      table === undefined || !isLong
        ? section
        : { ...section, table: { ...table, drawn_rows: await drawn(table, csrf) } },
    );
  }
  return { ...model, sections };
}

async function drawn(table: TableModel, csrf: string): Promise<string> {
  let html = "";
  for (let at = 0; at < table.rows.length; at += rowsAtOnce) {
    await breath();
    html += render("partials/_table-rows", { ...table, rows: table.rows.slice(at, at + rowsAtOnce) }, { csrf });
  }
  await breath();
  return html;
}
