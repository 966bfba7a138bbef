import type { Ctx } from "../../platform/context.ts";
import { readCsv, type CsvFile } from "../../platform/csv/read.ts";
import { invalidField } from "../../platform/errors.ts";
import { t } from "../../platform/language/index.ts";
import { importTargets, type ImportMode, type Mapping, readRows, type ReadRows, type Target } from "./rules/index.ts";
import { withCustomFields } from "./custom.ts";
import { loadPresent, lookupsOf, type Present } from "./present.ts";

/** A batch as it is stored. */
export interface Batch {
  id: string;
  file_name: string;
  file_id: string;
  import_target: string;
  import_source: string;
  import_mode: ImportMode;
  import_status: "uploaded" | "applied" | "undone";
  mapping: Record<string, string | null>;
  summary: Record<string, unknown>;
  created_by_id: string | null;
  version: number;
}

/** A file as CSV; what is no CSV is one sentence on the upload's field. */
export function parseFile(bytes: Uint8Array): CsvFile {
  const read = readCsv(bytes);
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

export async function targetOf(ctx: Ctx, name: string): Promise<Target> {
  const target = importTargets[name as Target["name"]];
  if (target === undefined) throw invalidField("target", t("Choose what the file holds: companies or contacts."));
  return withCustomFields(ctx, target);
}

/** A batch's file, read against the records that are there. */
export interface Reading {
  file: CsvFile;
  target: Target;
  mapping: Mapping;
  present: Present;
  read: ReadRows;
}

export async function readBatch(ctx: Ctx, batch: Batch): Promise<Reading> {
  const stored = await ctx.db
    .selectFrom("files")
    .select("sha256")
    .where("id", "=", batch.file_id)
    .executeTakeFirstOrThrow();
  const file = parseFile(await ctx.app.files.get(ctx.tenant.id, stored.sha256));
  const target = await targetOf(ctx, batch.import_target);
  const mapping = mappingOf(file, batch.mapping);
  const present = await loadPresent(ctx, batch.import_source);
  return { file, target, mapping, present, read: readRows(file, mapping, target, lookupsOf(present)) };
}
