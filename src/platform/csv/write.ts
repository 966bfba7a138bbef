import { guardCell } from "./guard.ts";

/** A cell as rows hold it: null is an empty cell, a boolean `true` or `false`. */
export type CsvCell = string | number | boolean | null;

export interface CsvWriteOptions {
  /** A comma unless told. */
  delimiter?: "," | ";" | "\t";
  /** Whether a byte order mark stands first, without which Excel misreads accents. True unless told. */
  bom?: boolean;
}

/** One line of a CSV file with its CRLF at the end (RFC 4180); texts that a spreadsheet would run are guarded. */
export function csvLine(cells: readonly CsvCell[], delimiter = ","): string {
  return `${cells.map((cell) => writeCell(cell, delimiter)).join(delimiter)}\r\n`;
}

/** A whole CSV file. Each row has its cells in the order of the headers. */
export function writeCsv(
  headers: readonly string[],
  rows: Iterable<readonly CsvCell[]>,
  options: CsvWriteOptions = {},
): string {
  const lines = [csvLine(headers, options.delimiter)];
  for (const row of rows) lines.push(csvLine(row, options.delimiter));
  return (options.bom === false ? "" : "\uFEFF") + lines.join("");
}

function writeCell(cell: CsvCell, delimiter: string): string {
  if (cell === null) return "";
  const text = typeof cell === "string" ? guardCell(cell) : String(cell);
  const needsQuotes = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}
