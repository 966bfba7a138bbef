import { type CsvFile, readCsvSlowly } from "../../platform/csv/read.ts";
import { invalidField } from "../../platform/errors.ts";
import type { ImportMode, Mapping } from "./rules/index.ts";

/** A batch as it is stored. */
export interface Batch {
  id: string;
  file_name: string;
  file_id: string;
  import_target: string;
  import_source: string;
  import_mode: ImportMode;
  import_status: "uploaded" | "applying" | "applied" | "undoing" | "undone";
  mapping: Record<string, string | null>;
  summary: Record<string, unknown>;
  created_by_id: string | null;
  done_rows: number;
  total_rows: number;
  lease_until: string | null;
  version: number;
}

/** A file as CSV; what is no CSV is one sentence on the upload's field. Others get their turn meanwhile. */
export async function parseSlowly(bytes: Uint8Array): Promise<CsvFile> {
  const read = await readCsvSlowly(bytes);
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
