import { breakPage, drawRule, type Flow } from "./flow.ts";
import { drawRight, drawText, type TextStyle, wrap } from "./text.ts";

export interface TableColumn {
  heading: string;
  /** Points; the column without a width takes what the others leave. */
  width: number | null;
  align: "left" | "right";
  style: TextStyle;
}

export interface TableLook {
  heading: TextStyle;
  headingRule: string;
  rowRule: string;
  /** Between columns. */
  gap: number;
  /** Above and below the text of a row. */
  padding: number;
}

interface Placed extends TableColumn {
  x: number;
  space: number;
}

/**
 * A table that flows over pages and repeats its heading on each. Texts wrap within their column. A row is kept whole
 * where a page can hold it; a longer one goes on at the top of the next page.
 */
export function drawTable(
  flow: Flow,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  look: TableLook,
): void {
  const placed = place(flow, columns, look);
  const headingHeight = look.heading.leading + look.padding;
  const leading = Math.max(...columns.map((column) => column.style.leading));
  const continueBelow = (): void => {
    breakPage(flow);
    drawHeading(flow, placed, look);
  };
  // A heading alone at the foot of a page would announce nothing.
  if (flow.y + headingHeight + leading + 3 * look.padding > flow.bottom) breakPage(flow);
  drawHeading(flow, placed, look);
  const pageHeight = flow.bottom - flow.top - headingHeight - look.padding;
  for (const row of rows) {
    const cells = placed.map((column, index) => wrap(flow.document, row[index] ?? "", column.space, column.style));
    const height = Math.max(...cells.map((lines) => lines.length)) * leading + 2 * look.padding;
    if (flow.y + height > flow.bottom && height <= pageHeight) continueBelow();
    drawRow(flow, placed, cells, leading, look, continueBelow);
  }
}

function place(flow: Flow, columns: readonly TableColumn[], look: TableLook): Placed[] {
  const fixed = columns.reduce((sum, column) => sum + (column.width ?? 0), 0);
  const free = flow.right - flow.left - fixed - look.gap * (columns.length - 1);
  let x = flow.left;
  return columns.map((column) => {
    const space = column.width ?? free;
    const at = x;
    x += space + look.gap;
    return { ...column, x: at, space };
  });
}

function drawHeading(flow: Flow, columns: readonly Placed[], look: TableLook): void {
  for (const column of columns) drawCell(flow, column, column.heading, flow.y, look.heading);
  flow.y += look.heading.leading + look.padding;
  drawRule(flow.document, flow.left, flow.right, flow.y, look.headingRule, 0.75);
  flow.y += look.padding / 2;
}

function drawRow(
  flow: Flow,
  columns: readonly Placed[],
  cells: readonly string[][],
  leading: number,
  look: TableLook,
  continueBelow: () => void,
): void {
  const count = Math.max(...cells.map((lines) => lines.length));
  flow.y += look.padding;
  for (let index = 0; index < count; index++) {
    if (flow.y + leading > flow.bottom) {
      continueBelow();
      flow.y += look.padding;
    }
    columns.forEach((column, at) => drawCell(flow, column, cells[at]?.[index] ?? "", flow.y, column.style));
    flow.y += leading;
  }
  flow.y += look.padding;
  drawRule(flow.document, flow.left, flow.right, flow.y, look.rowRule);
}

function drawCell(flow: Flow, column: Placed, text: string, y: number, style: TextStyle): void {
  if (text === "") return;
  if (column.align === "right") drawRight(flow.document, text, column.x + column.space, y, style);
  else drawText(flow.document, text, column.x, y, style);
}
