import type { TObject } from "@sinclair/typebox";
import { maybeFind } from "../access/reach.ts";
import { type Ctx, reading } from "../context.ts";
import { tableNamed } from "../database/columns.ts";
import { customFieldsKey } from "../database/edge.ts";
import type { TableName } from "../database/tables.ts";
import { Failure, type FieldProblem } from "../errors.ts";
import { isId } from "../ids.ts";
import type { CustomValues } from "./values.ts";
import { readCustomFields } from "./write.ts";

/**
 * An input that was refused for one of its ordinary fields: beside that the failure says what is wrong with the custom ones, so
 * that whoever fills in a form hears of all its faults at once. Right ones are checked where they are written.
 */
export async function withCustomProblems(ctx: Ctx, schema: TObject, input: unknown, error: unknown): Promise<unknown> {
  const tableName: unknown = schema.properties["custom_fields"]?.[customFieldsKey as never];
  if (typeof tableName !== "string" || !(error instanceof Failure) || error.status !== 422) return error;
  // Inside a unit of work that is there, nothing more may be read once a statement has failed.
  if (error.problems.length === 0 || "unit" in ctx) return error;
  const { id, custom_fields: given } = input as { id?: unknown; custom_fields?: unknown };
  if (given !== undefined && (typeof given !== "object" || given === null || Array.isArray(given))) return error;
  const isChange = "id" in schema.properties;
  const problems = await reading(ctx, async (reader): Promise<FieldProblem[]> => {
    const table = tableNamed(tableName);
    const before = isChange ? await customFieldsOf(reader, tableName as TableName, String(id)) : null;
    if (table === undefined || before === undefined) return [];
    return (await readCustomFields(reader, table, before, given)).problems;
  });
  const more = problems.filter(({ field }) => !error.problems.some((known) => known.field === field));
  return more.length === 0 ? error : new Failure(error.status, error.code, error.message, [...error.problems, ...more]);
}

/** What the custom fields of a record hold; undefined where it is out of reach. */
async function customFieldsOf(reader: Ctx, table: TableName, id: string): Promise<CustomValues | undefined> {
  const row: { custom_fields?: CustomValues } | undefined = isId(id) ? await maybeFind(reader, table, id) : undefined;
  return row?.custom_fields;
}
