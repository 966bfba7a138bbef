import type { Ctx } from "../../platform/context.ts";
import { openDefinitions } from "../../platform/custom-fields/definitions.ts";
import type { Definition } from "../../platform/custom-fields/schema.ts";
import { readValue, targetOf as pointsTo } from "../../platform/custom-fields/values.ts";
import { type Field, field, type Parsed, type Target } from "./rules/index.ts";

/** A target with the organization's own fields behind those that Purser knows, called `custom_fields.key`. */
export async function withCustomFields(ctx: Ctx, target: Target): Promise<Target> {
  // What points to a record has no name in a file that would be sure to mean it.
  const own = (await openDefinitions(ctx, target.name)).filter(({ field_type }) => pointsTo(field_type) === null);
  return { ...target, fields: [...target.fields, ...own.map((one) => customField(one, ctx.tenant.timezone))] };
}

function customField(definition: Definition, timezone: string): Field {
  const parse = (text: string): Parsed => {
    const read = readValue(definition, text, timezone);
    if ("code" in read) return { ok: false, severity: "error", code: read.code, message: read.message };
    const { value } = read;
    return { ok: true, value: value ?? "" };
  };
  return field(
    `custom_fields.${definition.field_key}`,
    definition.label,
    parse,
    definition.field_key.replaceAll("_", ""),
  );
}
