import type { Pdf } from "./document.ts";

/** The place on the paper where the next thing goes, and the borders that it stays within. */
export interface Flow {
  readonly document: Pdf;
  readonly left: number;
  readonly right: number;
  /** Where a new page begins. */
  readonly top: number;
  /** Where the page's content ends; the footer is below. */
  readonly bottom: number;
  y: number;
}

export interface Margins {
  side: number;
  top: number;
  bottom: number;
}

/** Begins the first page of a document and the flow on it. */
export function startFlow(document: Pdf, margins: Margins): Flow {
  document.addPage();
  const { width, height } = document.page;
  return {
    document,
    left: margins.side,
    right: width - margins.side,
    top: margins.top,
    bottom: height - margins.bottom,
    y: margins.top,
  };
}

/** Goes on at the top of a new page. */
export function breakPage(flow: Flow): void {
  flow.document.addPage();
  flow.y = flow.top;
}

/** Makes sure that so much height is free below, on a new page if need be. What is higher than a page begins one. */
export function keepTogether(flow: Flow, height: number): void {
  if (flow.y + height > flow.bottom && flow.y > flow.top) breakPage(flow);
}

/** Draws something on every page once all are there, such as a footer; pages count from 1. */
export function onEveryPage(flow: Flow, draw: (page: number, pages: number) => void): void {
  const { start, count } = flow.document.bufferedPageRange();
  for (let index = 0; index < count; index++) {
    flow.document.switchToPage(start + index);
    draw(index + 1, count);
  }
}

/** A horizontal line. */
export function drawRule(document: Pdf, from: number, to: number, y: number, color: string, thickness = 0.5): void {
  document.moveTo(from, y).lineTo(to, y).lineWidth(thickness).strokeColor(color).stroke();
}
