import type { Ctx } from "../context.ts";
import { definitionsOf } from "./definitions.ts";
import { type CustomValues, targetOf } from "./values.ts";

/** The words of a record's custom fields, for the full-text search. */
export async function customWords(ctx: Ctx, entityType: string, values: CustomValues): Promise<string> {
  if (Object.keys(values).length === 0) return "";
  const found: string[] = [];
  for (const field of await definitionsOf(ctx, entityType)) {
    const value = values[field.field_key];
    if (value === undefined || field.field_type === "boolean" || targetOf(field.field_type) !== null) continue;
    const keys = Array.isArray(value) ? value : [value];
    for (const key of keys) found.push(field.choices.find((choice) => choice.key === key)?.label ?? String(key));
  }
  return found.join(" ");
}
