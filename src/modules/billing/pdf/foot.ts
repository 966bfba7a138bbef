import { drawRule, type Flow } from "../../../platform/pdf/flow.ts";
import { drawRight, drawText, wrap } from "../../../platform/pdf/text.ts";
import { hairline, text } from "./look.ts";

/** More lines than this would leave the page too little room: the words then run on. */
const mostLines = 8;

/** The organization's words at the foot of a page; none where it has none. */
export function footLines({ document, left, right }: Flow, footer: string | null): string[] {
  const words = footer?.trim() ?? "";
  if (words === "") return [];
  const lines = wrap(document, words, right - left, text.small);
  return lines.length <= mostLines
    ? lines
    : wrap(document, words.replace(/\s*\n\s*/g, "  ·  "), right - left, text.small);
}

/** What they take from the page. */
export function footHeight(lines: readonly string[]): number {
  return lines.length === 0 ? 0 : lines.length * text.small.leading + 4;
}

/** Draws the foot of a page: the organization's words, then which document and which of its pages this is. */
export function drawFoot(flow: Flow, lines: readonly string[], [label, page]: readonly [string, string]): void {
  const top = flow.bottom + 20;
  drawRule(flow.document, flow.left, flow.right, top - 6, hairline);
  lines.forEach((line, index) =>
    drawText(flow.document, line, flow.left, top + index * text.small.leading, text.small),
  );
  const y = top + footHeight(lines);
  drawText(flow.document, label, flow.left, y, text.small);
  drawRight(flow.document, page, flow.right, y, text.small);
}
