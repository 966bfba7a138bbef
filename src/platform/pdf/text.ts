import type { Pdf } from "./document.ts";

/** Text on a page, placed by us line by line: columns, right-aligned numerals and breaks stay where they are meant to be. */

export interface TextStyle {
  font: "regular" | "semibold";
  size: number;
  color: string;
  /** Distance of one line's top to the next one's. */
  leading: number;
  /** Figures of equal width, for columns of numbers. */
  tabular?: boolean;
}

/**
 * Text with what a page cannot show taken out: control characters become spaces, and the narrow and thin spaces that
 * locales put into numbers become no-break spaces, which every font has.
 */
export function printable(text: string): string {
  return text
    .replace(/[\u2009\u202f]/g, "\u00a0")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\ufeff]/g, " ");
}

/** Width of one line of text. */
export function widthOf(document: Pdf, text: string, style: TextStyle): number {
  document.font(style.font).fontSize(style.size);
  return document.widthOfString(printable(text), textOptions(style));
}

/**
 * Lines that fit the width: broken at spaces, a word that is too long within itself. Line breaks in the text stay; blank
 * lines at its ends go.
 */
export function wrap(document: Pdf, text: string, width: number, style: TextStyle): string[] {
  return printable(text.replaceAll("\r\n", "\n"))
    .trim()
    .split("\n")
    .flatMap((paragraph) => wrapParagraph(document, paragraph, width, style));
}

function wrapParagraph(document: Pdf, paragraph: string, width: number, style: TextStyle): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ").filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(document, longer, style) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (widthOf(document, line, style) > width) {
      const fitting = fittingPart(document, line, width, style);
      lines.push(fitting);
      line = line.slice(fitting.length);
    }
  }
  lines.push(line);
  return lines;
}

/** The longest beginning of a word that fits, at least one character. */
function fittingPart(document: Pdf, word: string, width: number, style: TextStyle): string {
  const characters = [...word];
  let low = 1;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (widthOf(document, characters.slice(0, middle).join(""), style) <= width) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join("");
}

/** Draws one line with its left end at x. */
export function drawText(document: Pdf, text: string, x: number, y: number, style: TextStyle): void {
  document.font(style.font).fontSize(style.size).fillColor(style.color);
  // Centred in its line, so that sizes side by side share a middle.
  const top = y + (style.leading - document.currentLineHeight()) / 2;
  document.text(printable(text), x, top, { ...textOptions(style), lineBreak: false });
}

/** Draws one line with its right end at x. */
export function drawRight(document: Pdf, text: string, x: number, y: number, style: TextStyle): void {
  drawText(document, text, x - widthOf(document, text, style), y, style);
}

function textOptions(style: TextStyle): { features?: PDFKit.Mixins.OpenTypeFeatures[] } {
  return style.tabular === true ? { features: ["tnum"] } : {};
}
