import { type Ctx, reading } from "../../platform/context.ts";
import type { CsvFile } from "../../platform/csv/read.ts";
import type { Table } from "../../platform/database/columns.ts";
import { invalidField } from "../../platform/errors.ts";
import { bytesOf } from "../../platform/files/files.ts";
import { t } from "../../platform/language/index.ts";
import { fileColumns } from "../../platform/transfer/columns.ts";
import { Directory } from "./words-to-ids.ts";
import { type Batch, dateOrderOf, isToBeCreated, mappingOf, matchedValues, parseSlowly, valueKey } from "./file.ts";
import { type Makable, makableFields } from "./make.ts";
import { loadPresent, lookupsOf, type Present } from "./present.ts";
import { type DateOrder, instantParser } from "./rules/dates.ts";
import { type DerivedTarget, derivedTarget, fieldOf, resolve } from "./rules/derived.ts";
import { companyTarget } from "./rules/companies.ts";
import { contactTarget } from "./rules/contacts.ts";
import type { Field } from "./rules/field.ts";
import type { Reading } from "./rules/parsers.ts";
import { type Lookups, type Mapping, type Target, textOf } from "./rules/index.ts";

/** Companies and contacts come from many products, in one row with sites and people: they have rules of their own beside. */
const handWritten: Readonly<Record<string, Target>> = { companies: companyTarget, contacts: contactTarget };
/** What those rules read under other names. */
const readOtherwise = new Set(["contacts.company", "contacts.site"]);

/** What may be imported, by name; a target that is unknown or only exported is a sentence on the field. */
export async function targetNamed(ctx: Ctx, name: string, dates: DateOrder = null): Promise<DerivedTarget> {
  const transfer = ctx.app.registry.transfers.get(name);
  if (transfer === undefined || transfer.create === null)
    throw invalidField("target", t("Choose what the file holds."), "unknown_target");
  if (transfer.exportOnly !== null) throw invalidField("target", t(transfer.exportOnly), "export_only");
  const how = { timezone: ctx.tenant.timezone, dates };
  const derived = derivedTarget(transfer, await fileColumns(ctx, transfer), how);
  const own = handWritten[name];
  if (own === undefined) return derived;
  const known = new Set(own.fields.map(({ key }) => key));
  const columns = derived.columns.filter(({ key }) => !known.has(key) && !readOtherwise.has(`${name}.${key}`));
  return {
    ...derived,
    ...own,
    label: derived.label,
    columns,
    fields: [
      ...own.fields.map((one) => readHere(one, transfer.resource.table, how)),
      ...columns.map((column) => fieldOf(column, how)),
    ],
    complete: (values, lookups) => [...own.complete(values, lookups), ...resolve(transfer, columns, values, lookups)],
  };
}

/** A hand-written field, with points in time read as everywhere else: in the organization's zone and the file's order. */
function readHere(field: Field, { columns }: Table, { dates, timezone }: Reading): Field {
  return columns[field.key]?.kind === "instant" ? { ...field, parse: instantParser(dates, timezone) } : field;
}

/** A batch's file beside the records that are there. */
export interface Session {
  batch: Batch;
  file: CsvFile;
  target: DerivedTarget;
  mapping: Mapping;
  /** Whole records, for companies and contacts. */
  present: Present | null;
  directory: Directory;
  lookups: Lookups;
  /** What cells may name and is made with the import, by field. */
  makable: ReadonlyMap<string, Makable>;
}

/** Reads a batch's file, and then what it may name; outside of reads and units of work. */
export async function openSession(ctx: Ctx, batch: Batch): Promise<Session> {
  const { sha256 } = await reading(ctx, ({ db }) =>
    db.selectFrom("files").select("sha256").where("id", "=", batch.file_id).executeTakeFirstOrThrow(),
  );
  const file = await parseSlowly(await bytesOf(ctx, sha256));
  return reading(ctx, async (reader) => {
    const named = await targetNamed(reader, batch.import_target, dateOrderOf(batch.mapping));
    const target = withValues(named, batch.mapping);
    const mapping = mappingOf(file, batch.mapping);
    return { batch, file, target, mapping, ...(await loadKnown(reader, batch, target, mapping)) };
  });
}

/** The target as this batch reads it: cells that somebody has matched with one of our values count as that. */
function withValues(target: DerivedTarget, stored: Batch["mapping"]): DerivedTarget {
  const values = matchedValues(stored);
  if (values.size === 0) return target;
  const fields = target.fields.map((one) => ({
    ...one,
    parse: (text: string) => one.parse(values.get(valueKey(one.key, text)) ?? text),
  }));
  return { ...target, fields };
}

/** The records that are there, as far as this file may name them. */
export async function loadKnown(
  ctx: Ctx,
  batch: Pick<Batch, "import_source" | "mapping">,
  target: DerivedTarget,
  mapping: Mapping,
): Promise<Pick<Session, "present" | "directory" | "lookups" | "makable">> {
  const { transfer } = target;
  const named = target.columns.filter(({ key, references }) => references !== "" && mapping.includes(key));
  const directory = await Directory.load(ctx, {
    own: transfer.resource.table.name,
    match: transfer.match,
    others: named.map(({ references }) => references),
    source: batch.import_source,
  });
  const present = target.name in handWritten ? await loadPresent(ctx, batch.import_source) : null;
  const makable = await makableFields(ctx, target);
  const lookups: Lookups = {
    isCreated: (field, text) => makable.has(field) && isToBeCreated(batch.mapping, field, text),
    ...(present === null ? {} : lookupsOf(present)),
    record: (table, text, companyId) => directory.find(table, text, companyId),
    isShared: (table, text, companyId) => directory.isShared(table, text, companyId),
    existing: (values, wanted) => directory.existing(textOf(values, "external_id"), wanted),
  };
  return { present, directory, lookups, makable };
}
