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

interface Row {
  /** The lines of each cell. */
  cells: readonly string[][];
  height: number;
}

/** A table whose texts are wrapped, so that one knows how high it is before it is drawn. */
export interface Table {
  columns: readonly Placed[];
  rows: readonly Row[];
  look: TableLook;
  headingHeight: number;
  /** Of a row's lines. */
  leading: number;
}

/** Lays a table out over the width of the flow; texts wrap within their column. */
export function layTable(
  flow: Flow,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  look: TableLook,
): Table {
  const placed = place(flow, columns, look);
  const leading = Math.max(...columns.map((column) => column.style.leading));
  return {
    columns: placed,
    look,
    headingHeight: look.heading.leading + 1.5 * look.padding,
    leading,
    rows: rows.map((row) => {
      const cells = placed.map((column, index) => wrap(flow.document, row[index] ?? "", column.space, column.style));
      return { cells, height: Math.max(...cells.map((lines) => lines.length)) * leading + 2 * look.padding };
    }),
  };
}

/** How high the heading is with the first rows below it. */
export function heightOfFirst({ headingHeight, rows }: Table, count: number): number {
  return rows.slice(0, count).reduce((sum, row) => sum + row.height, headingHeight);
}

/**
 * Draws a table that flows over pages and repeats its heading on each. A row is kept whole where a page can hold it; a
 * longer one goes on at the top of the next page. The end of the last row stands on the same page as the `below` points
 * after it: sums alone on a page would be sums of nothing.
 */
export function drawTable(flow: Flow, table: Table, below = 0): void {
  const { rows, look, leading, headingHeight } = table;
  const lineHeight = leading + 2 * look.padding;
  const pageHeight = flow.bottom - flow.top - headingHeight;
  const kept = Math.min(below, pageHeight - lineHeight);
  const belowRow = (index: number): number => (index === rows.length - 1 ? kept : 0);
  /** What has to be free for a row to begin here. */
  const needed = (row: Row, index: number): number => {
    if (row.height > pageHeight) return lineHeight;
    return row.height + belowRow(index) <= pageHeight ? row.height + belowRow(index) : row.height;
  };
  const continueBelow = (): void => {
    breakPage(flow);
    drawHeading(flow, table);
  };
  // A heading alone at the foot of a page would announce nothing.
  const [first] = rows;
  const beginning = headingHeight + (first === undefined ? kept : needed(first, 0));
  if (flow.y > flow.top && flow.y + beginning > flow.bottom) breakPage(flow);
  drawHeading(flow, table);
  for (const [index, row] of rows.entries()) {
    if (index > 0 && flow.y + needed(row, index) > flow.bottom) continueBelow();
    drawRow(flow, table, row, belowRow(index), continueBelow);
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

function drawHeading(flow: Flow, { columns, look }: Table): void {
  for (const column of columns) drawCell(flow, column, column.heading, flow.y, look.heading);
  flow.y += look.heading.leading + look.padding;
  drawRule(flow.document, flow.left, flow.right, flow.y, look.headingRule, 0.75);
  flow.y += look.padding / 2;
}

function drawRow(
  flow: Flow,
  { columns, look, leading }: Table,
  { cells }: Row,
  below: number,
  continueBelow: () => void,
): void {
  const count = Math.max(...cells.map((lines) => lines.length));
  flow.y += look.padding;
  for (let index = 0; index < count; index++) {
    const room = index === count - 1 ? leading + look.padding + below : leading;
    if (flow.y + room > flow.bottom) {
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
