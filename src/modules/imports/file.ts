import { type CsvFile, readCsv } from "../../platform/csv/read.ts";
import { invalidField } from "../../platform/errors.ts";
import type { DateOrder } from "./rules/dates.ts";
import type { ImportMode, Mapping } from "./rules/index.ts";

/** The largest file, in bytes: twenty years of tickets, which is more than anything else that is uploaded. */
export const largestImport = 64 * 1024 * 1024;
/** What a request with such a file may have, with the form around it. */
export const largestBody = largestImport + 1024 * 1024;

/** So many problems of a batch are kept; what more there is can be found by reading the file again. */
export const mostProblems = 500;
/** How many records that an undo leaves alone are named; the others are counted. */
export const mostLeft = 500;

/** A batch as it is stored. */
export interface Batch {
  id: string;
  file_name: string;
  file_id: string;
  import_target: string;
  import_source: string;
  import_mode: ImportMode;
  import_status: "uploaded" | "applying" | "applied" | "undoing" | "undone" | "failed";
  mapping: Record<string, string | null>;
  summary: Record<string, unknown>;
  created_by_id: string | null;
  done_rows: number;
  total_rows: number;
  lease_until: string | null;
  updated_at: string;
  version: number;
}

/** A file as CSV; what is no CSV is one sentence on the upload's field. Others get their turn meanwhile. */
export async function parseSlowly(bytes: Uint8Array): Promise<CsvFile> {
  const read = await readCsv(bytes);
  if (!read.ok) throw invalidField("file", read.reason, read.code);
  return read;
}

/** Columns are remembered by position, since two may have the same name. */
export function mappingOf(file: CsvFile, stored: Batch["mapping"]): Mapping {
  return file.headers.map((_, index) => stored[String(index)] ?? null);
}

export function storedMapping(mapping: Mapping): Batch["mapping"] {
  return Object.fromEntries(mapping.map((field, index) => [String(index), field]));
}

/** Under which key a batch's mapping keeps what a cell of a field stands for: `value:status:In Progress` → `Working`. */
export function valueKey(field: string, text: string): string {
  return `value:${field}:${text.trim()}`;
}

/** What stands for "make one of that name" in place of a value of ours. */
export const createChoice = "+";

/** Under which key a mapping keeps that all that a field names and is not there is made. */
export const createAllKey = (field: string): string => `create:${field}`;

/** Under which key a mapping keeps whether the day or the month comes first. */
export const datesKey = "option:dates";

/** Whether a key of a mapping is a column's position; the others say how cells are read. */
export function isColumnKey(key: string): boolean {
  return /^\d+$/.test(key);
}

/** All that was said of how cells are read. */
export function choicesOf(stored: Batch["mapping"]): Map<string, string> {
  const entries = Object.entries(stored).filter(([key, value]) => !isColumnKey(key) && value !== null && value !== "");
  return new Map(entries as [string, string][]);
}

/** What cells stand for among our own values. */
export function matchedValues(stored: Batch["mapping"]): Map<string, string> {
  return new Map([...choicesOf(stored)].filter(([key, value]) => key.startsWith("value:") && value !== createChoice));
}

/** Whether a record of this name is to be made, which a cell of the field names and which is not there. */
export function isToBeCreated(stored: Batch["mapping"], field: string, text: string): boolean {
  const choice = stored[valueKey(field, text)] ?? "";
  return choice === createChoice || (choice === "" && stored[createAllKey(field)] === "true");
}

export function dateOrderOf(stored: Batch["mapping"]): DateOrder {
  const order = stored[datesKey];
  return order === "mdy" || order === "dmy" ? order : null;
}
