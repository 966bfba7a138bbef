import { sql } from "kysely";
import { writeAudit } from "../access/audit.ts";
import { find, maybeFind, reach, type RowFor } from "../access/reach.ts";
import type { Work } from "../context.ts";
import { hasCustomFields } from "../custom-fields/definitions.ts";
import type { CustomValues } from "../custom-fields/values.ts";
import { writtenCustomFields } from "../custom-fields/write.ts";
import { conflict, type FieldProblem, invalid, stale } from "../errors.ts";
import { newId } from "../ids.ts";
import { t } from "../language/index.ts";
import { setTags } from "../tags.ts";
import { allTables, labelOf, type NewRow, type Patch, type RowOf, type Table, tableNamed } from "./columns.ts";
import { startValue } from "./defaults.ts";
import { inPowers, insertOf, type StoredRow } from "./insert-rows.ts";
import { indexRow, unindexRow } from "./search.ts";
import type { TableName } from "./tables.ts";

/**
 * How actions write: each change of a record is checked (references within reach, version), stamped, audited with old and
 * new values, and found by search, all in the caller's unit of work.
 */

// Kysely cannot type a table that is only known when the program runs; these functions are typed by their own signatures.
type Loose = {
  updateTable(table: string): {
    set(row: object): {
      where(
        column: string,
        operator: "=",
        value: unknown,
      ): { returningAll(): { executeTakeFirstOrThrow(): Promise<unknown> } };
    };
  };
  deleteFrom(table: string): { where(column: string, operator: "=", value: unknown): { execute(): Promise<unknown> } };
  selectFrom(table: string): {
    select(expression: unknown): {
      where(
        column: string,
        operator: "=",
        value: unknown,
      ): { limit(count: number): { executeTakeFirst(): Promise<unknown> } };
    };
  };
};

/** Tags stand beside a record's columns and are written like them; those of the kinds that have tags. */
export interface Tagged {
  tags?: readonly string[] | undefined;
}

/** Adds a record. Returns the row as it stands. */
export async function insert<T extends Table>(work: Work, table: T, given: NewRow<T> & Tagged): Promise<RowOf<T>> {
  const { tags = [], ...values } = given as Row & Tagged;
  const row = await newRow(work, table, values, new Set());
  work.unit.changes += 1;
  const [made] = (await written(work, table, [row])) as [RowOf<T>];
  const tagged = tags.length === 0 ? null : await setTags(work, table.name, String((made as Row)["id"]), tags);
  writeAudit(work, table, "create", null, withTags(made as Row, tagged?.is));
  indexRow(work, table.name, made as Row);
  return made;
}

const mostAtOnce = 256;

/**
 * Adds several records of a kind: what `insert` does for each, in few statements. The kind has an id. Returns the rows as
 * they stand, in the order in which they were given.
 */
export async function insertAll<T extends Table>(work: Work, table: T, all: readonly NewRow<T>[]): Promise<RowOf<T>[]> {
  const known = new Set<string>();
  const made: Row[] = [];
  for (let from = 0; from < all.length; from += mostAtOnce) {
    const rows: Row[] = [];
    await lookUpReferences(work, table, all.slice(from, from + mostAtOnce) as Row[], known);
    for (const values of all.slice(from, from + mostAtOnce)) rows.push(await newRow(work, table, values as Row, known));
    work.unit.changes += rows.length;
    const pieces = [...Map.groupBy(rows, (row) => Object.keys(row).join()).values()].flatMap((some) => [
      ...inPowers(some),
    ]);
    // One behind the other, without waiting for the answers in between.
    const stored = await Promise.all(pieces.map((few) => written(work, table, few)));
    const byId = new Map(stored.flat().map((row) => [row["id"], row]));
    const inOrder = rows.map(({ id }) => byId.get(id)).filter((row) => row !== undefined);
    for (const row of inOrder) {
      writeAudit(work, table, "create", null, row);
      indexRow(work, table.name, row);
    }
    made.push(...inOrder);
  }
  return made as RowOf<T>[];
}

/** Writes rows that have the same columns. Returns them as they stand. */
async function written(work: Work, table: Table, rows: readonly Row[]): Promise<Row[]> {
  return (await work.db.executeQuery(insertOf(work.db, table.name, rows, [], true))).rows as Row[];
}

type Row = StoredRow;

/** A record as it is written: what was given, checked, and over the table's own values. `known` are references that are there. */
async function newRow(work: Work, table: Table, given: Row, known: Set<string>): Promise<Row> {
  const now = work.app.clock.now();
  const row: Row = {};
  for (const [name, column] of Object.entries(table.columns)) {
    const value = given[name] !== undefined ? given[name] : startValue(work.tenant, table, name, column);
    if (value !== undefined) row[name] = value;
  }
  row["tenant_id"] = work.tenant.id;
  if ("id" in table.columns) row["id"] = given["id"] ?? newId();
  if ("created_at" in table.columns) row["created_at"] = given["created_at"] ?? now;
  if ("updated_at" in table.columns) row["updated_at"] = given["updated_at"] ?? now;
  await checkReferences(work, table, given, known);
  if (hasCustomFields(table))
    row["custom_fields"] = await writtenCustomFields(work, table, null, given["custom_fields"] as object | undefined);
  return row;
}

/**
 * Changes a record that is within the actor's reach. `version` is the one the actor saw; when somebody has changed the
 * record since, nothing is written (412). Returns the row as it stands.
 */
export async function update<T extends Table>(
  work: Work,
  table: T,
  id: string,
  patch: Patch<T> & Tagged,
  version?: number,
): Promise<RowOf<T>> {
  const before = (await find(work, table.name as TableName, id)) as unknown as Record<string, unknown>;
  if (version !== undefined && before["version"] !== version) throw stale();
  const changes: Record<string, unknown> = {};
  const { tags, ...wanted }: Row & Tagged = { ...patch };
  const custom = hasCustomFields(table) ? wanted["custom_fields"] : undefined;
  if (custom !== undefined) delete wanted["custom_fields"];
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined && !same(before[name], value)) changes[name] = value;
  }
  await checkReferences(work, table, changes);
  if (custom !== undefined) {
    const old = (before["custom_fields"] ?? {}) as CustomValues;
    const values = await writtenCustomFields(work, table, old, custom as object | null);
    if (!same(old, values)) changes["custom_fields"] = values;
  }
  const tagged = tags === undefined ? null : await setTags(work, table.name, id, tags);
  if (Object.keys(changes).length === 0 && tagged === null) return before as RowOf<T>;
  work.unit.changes += 1;
  const stamps = {
    ...("version" in table.columns ? { version: Number(before["version"]) + 1 } : {}),
    ...("updated_at" in table.columns ? { updated_at: work.app.clock.now() } : {}),
  };
  const after = (await loose(work)
    .updateTable(table.name)
    .set({ ...changes, ...stamps })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow()) as RowOf<T>;
  writeAudit(work, table, "update", withTags(before, tagged?.was), withTags(after as Row, tagged?.is));
  indexRow(work, table.name, after as Row);
  return after;
}

/** Deletes a record within reach. What is referred to cannot go: the 409 names what holds it. */
export async function remove(work: Work, table: Table, id: string, version?: number): Promise<void> {
  const before = (await find(work, table.name as TableName, id)) as unknown as Record<string, unknown>;
  if (version !== undefined && before["version"] !== version) throw stale();
  const holders = await holdersOf(work, table.name, id);
  if (holders.length > 0) {
    throw conflict(
      t("This {noun} cannot be deleted; what refers to it: {holders}. Archive it instead.", {
        noun: t(table.noun),
        holders: holders.join(", "),
      }),
      "in_use",
    );
  }
  work.unit.changes += 1;
  await loose(work).deleteFrom(table.name).where("id", "=", id).execute();
  const untagged = await setTags(work, table.name, id, []);
  writeAudit(work, table, "delete", withTags(before, untagged?.was), null);
  await unindexRow(work, table.name, id);
}

/** The kinds of records that refer to a row, in words: "ticket", "time entry". */
async function holdersOf(work: Work, target: string, id: string): Promise<string[]> {
  const holders: string[] = [];
  for (const table of allTables()) {
    for (const [name, column] of Object.entries(table.columns)) {
      if (column.references !== target) continue;
      const held = await loose(work)
        .selectFrom(table.name)
        .select(sql<number>`1`.as("held"))
        .where(name, "=", id)
        .limit(1)
        .executeTakeFirst();
      if (held !== undefined) holders.push(t(table.noun));
    }
  }
  return [...new Set(holders)];
}

/** Every id that is set has to name a row that the actor may see and that still stands for itself; otherwise a 422 on those fields. */
async function checkReferences(
  work: Work,
  table: Table,
  values: Record<string, unknown>,
  known = new Set<string>(),
): Promise<void> {
  if (work.actor.kind === "system") return;
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries(values)) {
    const column = table.columns[name];
    if (column?.references == null || typeof value !== "string" || tableNamed(column.references) === undefined)
      continue;
    if (column.isReadOnly || known.has(`${column.references} ${value}`)) continue;
    const found = await maybeFind(work, column.references as TableName, value);
    const label = labelOf(name, column);
    if (found === undefined)
      problems.push({ field: name, code: "not_found", message: t("{name} does not exist.", { name: label }) });
    else if ((found as Row)["merged_into_id"] != null)
      problems.push({
        field: name,
        code: "merged",
        message: t("{name}: this record was merged into another one. Choose that one.", { name: label }),
      });
    else known.add(`${column.references} ${value}`);
  }
  if (problems.length > 0) throw invalid(problems);
}

/**
 * Finds what several new rows refer to by one look for each table, and adds to `known` what may be referred to. What is not found
 * is left to `checkReferences`, which says what is wrong with it.
 */
async function lookUpReferences(work: Work, table: Table, all: readonly Row[], known: Set<string>): Promise<void> {
  if (work.actor.kind === "system" || all.length < 2) return;
  const wanted = new Map<string, Set<string>>();
  for (const [name, { references, isReadOnly }] of Object.entries(table.columns)) {
    if (references == null || isReadOnly || tableNamed(references) === undefined) continue;
    const ids = wanted.get(references) ?? new Set<string>();
    for (const { [name]: id } of all) if (typeof id === "string" && !known.has(`${references} ${id}`)) ids.add(id);
    wanted.set(references, ids);
  }
  for (const [references, ids] of wanted) {
    if (ids.size === 0) continue;
    const query = reach(work, references as TableName) as unknown as ManyById;
    const found = await query
      .selectAll()
      .where(sql.ref(`${references}.id`), "in", [...ids])
      .execute();
    for (const row of found) if (row["merged_into_id"] == null) known.add(`${references} ${String(row["id"])}`);
  }
}

interface ManyById {
  selectAll(): { where(column: unknown, operator: "in", ids: readonly string[]): { execute(): Promise<Row[]> } };
}

/** A row as the audit log has it where its tags have changed. */
function withTags(row: Row, tags: readonly string[] | undefined): Row {
  return tags === undefined ? row : { ...row, tags };
}

function loose(work: Work): Loose {
  return work.db as unknown as Loose;
}

function same(before: unknown, after: unknown): boolean {
  if (typeof before === "object" && before !== null) return Bun.deepEquals(before, after);
  return before === after;
}

export type { RowFor };
