import { sql } from "kysely";
import { reach } from "../access/reach.ts";
import { type Ctx, placeOf, reading } from "../context.ts";
import { csvStream } from "../csv/stream.ts";
import type { CsvCell } from "../csv/write.ts";
import { toEdge } from "../database/edge.ts";
import { idsAfter } from "../database/paging.ts";
import type { TableName } from "../database/tables.ts";
import { malformed } from "../errors.ts";
import type { ListQuery } from "../http/lists/list.ts";
import { t } from "../language/index.ts";
import type { Registry } from "../registry.ts";
import type { Resource } from "../resource.ts";
import { tagsOf } from "../tags.ts";
import { type FileColumn, fileColumns } from "./columns.ts";
import { plainTransfer, type Transfer } from "./definition.ts";
import { namesOf, namingOf } from "./names.ts";
import { noteTaken } from "./export-audit.ts";

type Row = Record<string, unknown>;

const rowsAtOnce = 200;

/** What other systems' records are known by when they come from an export of ours. */
export const ownSource = "purser";

function transferOf(registry: Registry, resource: Resource): Transfer {
  return registry.transfers.get(resource.type) ?? plainTransfer(resource);
}

/** Records of a resource as CSV, streamed in the order in which they came up; that they were taken stands in the audit log. */
export async function exportCsv(
  ctx: Ctx,
  resource: Resource,
  given: {
    /** The rows to take, as ids: within reach, and narrowed. */
    ids(reader: Ctx): Promise<ListQuery<{ id: string }>>;
    /** Keys of the wanted columns in their order; all where none is named. */
    columns?: readonly string[];
    /** What the rows were narrowed by, for the audit log. */
    filters: Record<string, string>;
  },
): Promise<Response> {
  const transfer = transferOf(ctx.app.registry, resource);
  const all = await reading(ctx, (reader) => fileColumns(reader, transfer));
  const wanted = (given.columns ?? []).map((key) => {
    // A reference is written as the name of its record, under the API's name without `_id`.
    const column = all.find((one) => one.key === key || `${one.key}_id` === key);
    if (column !== undefined) return column;
    const known = all.map((one) => one.key).join(", ");
    throw malformed(t('There is no column "{key}" here, but: {known}.', { key, known }), "unknown_column");
  });
  const columns = wanted.length === 0 ? all : wanted;
  await noteTaken(ctx, resource.table.name, given.filters, given.ids);
  const name = resource.table.name as TableName;
  return csvStream(ctx, {
    name: `${resource.path}.csv`,
    headers: columns.map(({ key }) => key),
    page: async (reader, after) => {
      const ids = await idsAfter(await given.ids(reader), placeOf(reader), name, after, rowsAtOnce);
      const rows = await linesOf(reader, transfer, columns, ids);
      return { rows, next: ids.length < rowsAtOnce ? null : (ids.at(-1) ?? null) };
    },
  });
}

/** The cells of some records, in the order of their ids. */
export async function linesOf(
  reader: Ctx,
  { resource }: Transfer,
  columns: readonly FileColumn[],
  ids: readonly string[],
): Promise<CsvCell[][]> {
  if (ids.length === 0) return [];
  const name = resource.table.name as TableName;
  const rows = (await reach(reader, name)
    .selectAll(name as never)
    .where(sql.ref(`${name}.id`), "in", [...ids])
    .orderBy(sql.ref(`${name}.id`))
    .execute()) as Row[];
  const found = rows.map((row) => String(row["id"]));
  const names = new Map<string, Map<string, string>>();
  for (const references of new Set(columns.map((column) => column.references))) {
    if (references === "") continue;
    const named = columns.filter((column) => column.references === references);
    const wanted = rows.flatMap((row) =>
      named.map((column) => cellValue(column, row)).filter((id) => typeof id === "string"),
    );
    const called = await namesOf(reader, references, wanted as string[]);
    // What has no name is called by its id, as in the file of its own kind.
    if (namingOf(reader.app.registry, references).columns.length === 0)
      for (const [id, external] of await externalIds(reader, references, [...called.keys()])) called.set(id, external);
    names.set(references, called);
  }
  const tags = columns.some(({ kind }) => kind === "tags") ? await tagsOf(reader, name, found) : [];
  const external = await externalIds(reader, name, found);
  // What a resource says in place of a column (values of the audit log that are not to be seen) stands in its files, too.
  const isReplaced = resource.calculated.some((key) => columns.some(({ column }) => column === key));
  const replaced = isReplaced && resource.extend !== null ? await resource.extend(reader, rows) : [];
  return rows.map((row, index) => {
    const edge = { ...toEdge(resource.table, row), ...replaced[index] };
    return columns.map((column): CsvCell => {
      if (column.kind === "external_id") return external.get(String(row["id"])) ?? String(row["id"]);
      if (column.kind === "tags") return (tags[index] ?? []).join(", ");
      const value = cellValue(column, column.kind === "custom" ? row : edge);
      if (value === null || value === undefined) return null;
      if (column.references !== "") return names.get(column.references)?.get(String(value)) ?? null;
      // A list of words is written as one types it, a list of anything else so that it can be read again.
      if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
      if (typeof value === "object") return Object.keys(value).length === 0 ? null : JSON.stringify(value);
      return value as CsvCell;
    });
  });
}

function cellValue(column: FileColumn, row: Row): unknown {
  if (column.kind === "custom") return ((row["custom_fields"] ?? {}) as Row)[column.field?.field_key ?? ""] ?? null;
  const value = row[column.column] ?? null;
  return column.kind === "address" ? (((value ?? {}) as Row)[column.part] ?? null) : value;
}

/** What records that came from an export were called where they came from: so an export of them is the same again. */
async function externalIds(reader: Ctx, entityType: string, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await reader.db
    .selectFrom("external_ids")
    .select(["entity_id", "external_id"])
    .where("external_source", "=", ownSource)
    .where("entity_type", "=", entityType)
    .where("entity_id", "in", [...ids])
    .execute();
  return new Map(rows.map((row) => [row.entity_id, row.external_id]));
}
