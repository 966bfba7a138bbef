import type { TSchema } from "@sinclair/typebox";
import { type Ctx, reading } from "../context.ts";
import { tableNamed } from "../database/columns.ts";
import { referenceKey } from "../database/edge.ts";
import type { TableName } from "../database/tables.ts";
import type { FieldProblem } from "../errors.ts";
import { isId } from "../ids.ts";
import { t } from "../language/index.ts";
import { maybeFind } from "./reach.ts";
import { textsOf } from "./texts-of.ts";
import { nameOf } from "./validate.ts";

/**
 * References of an input that is wrong elsewhere: whoever fills in a form hears of all its faults at once. An input whose
 * form is right is checked where it is written (`insert`, `update`).
 */
export async function missingReferences(
  ctx: Ctx,
  schema: TSchema,
  input: unknown,
  known: readonly FieldProblem[],
): Promise<FieldProblem[]> {
  if (ctx.actor.kind === "system") return [];
  const waiting = [...textsOf(schema, input)].flatMap(
    ({ field, schema: { [referenceKey as never]: table }, text, title }) =>
      typeof table === "string" && tableNamed(table) !== undefined && isId(text) ? [{ field, table, text, title }] : [],
  );
  const open = waiting.filter(({ field }) => !known.some((problem) => problem.field === field)).slice(0, 50);
  if (open.length === 0) return [];
  return reading(ctx, async (reader) => {
    const problems: FieldProblem[] = [];
    for (const { field, table, text, title } of open) {
      if ((await maybeFind(reader, table as TableName, text)) !== undefined) continue;
      problems.push({ field, code: "not_found", message: t("{name} does not exist.", { name: nameOf(field, title) }) });
    }
    return problems;
  });
}
