import { maybeFind } from "../access/reach.ts";
import type { Ctx, Work } from "../context.ts";
import type { Table } from "../database/columns.ts";
import { type FieldProblem, invalid } from "../errors.ts";
import { t } from "../language/index.ts";
import { definitionsOf } from "./definitions.ts";
import type { Definition } from "./schema.ts";
import { type CustomValues, readValue, targetOf } from "./values.ts";

/** The custom fields of a record that is added or changed, as `readCustomFields` has them; a 422 for what is wrong with them. */
export async function writtenCustomFields(
  work: Work,
  table: Table,
  before: CustomValues | null,
  given: object | null | undefined,
): Promise<CustomValues> {
  const { values, problems } = await readCustomFields(work, table, before, given);
  if (problems.length > 0) throw invalid(problems);
  return values;
}

/**
 * The custom fields of a record that is added or changed, whoever brings them: a form, the API, a file. What is given is
 * laid over what is there, null takes a value away. A wrong value, an unknown key and a required field left empty are problems
 * at `custom_fields/key`.
 *
 * A field is required of what people of the staff add: a ticket that comes by mail or from the portal cannot know it.
 */
export async function readCustomFields(
  work: Ctx,
  table: Table,
  before: CustomValues | null,
  given: object | null | undefined,
): Promise<{ values: CustomValues; problems: FieldProblem[] }> {
  const fields = await definitionsOf(work, table.name);
  const values: CustomValues = { ...before };
  const problems: FieldProblem[] = [];
  const byKey = new Map(fields.map((field) => [field.field_key, field]));
  const changes = { ...(before === null ? defaults(fields) : {}), ...given };
  for (const [key, wanted] of Object.entries(changes)) {
    const add = (code: string, message: string): void => {
      problems.push({ field: `custom_fields/${key}`, code, message });
    };
    const field = byKey.get(key);
    // For clients the fields that are none of their business do not exist.
    if (field === undefined || (work.actor.kind === "portal" && !field.is_portal_visible && key in (given ?? {}))) {
      add("unknown_field", t('There is no custom field "{key}".', { key }));
      continue;
    }
    const read = readValue(field, wanted, work.tenant.zone, before?.[key]);
    if ("code" in read) add(read.code, read.message);
    else if (Bun.deepEquals(read.value, before?.[key] ?? null)) continue;
    else if (field.archived_at !== null && read.value !== null)
      add("archived", t("{label} is archived and cannot be filled in any more.", { label: field.label }));
    else if (read.value === null) {
      delete values[key];
      if (field.is_required && field.archived_at === null)
        add("required", t("{label} is required.", { label: field.label }));
    } else if (!(await isThere(work, field, read.value)))
      add("not_found", t("{label} does not exist.", { label: field.label }));
    else values[key] = read.value;
  }
  if (before === null && work.actor.kind === "staff") {
    for (const field of fields) {
      const at = `custom_fields/${field.field_key}`;
      if (!field.is_required || field.archived_at !== null || field.field_key in values) continue;
      if (!problems.some((problem) => problem.field === at))
        problems.push({ field: at, code: "required", message: t("{label} is required.", { label: field.label }) });
    }
  }
  return { values, problems };
}

function defaults(fields: readonly Definition[]): CustomValues {
  const filled = fields.filter((field) => field.archived_at === null && field.default_value !== null);
  return Object.fromEntries(filled.map((field) => [field.field_key, field.default_value]));
}

/** A reference has to name a record that the actor may see. */
async function isThere(work: Ctx, field: Definition, value: unknown): Promise<boolean> {
  const target = targetOf(field.field_type);
  if (target === null || work.actor.kind === "system") return true;
  return (await maybeFind(work, target, String(value))) !== undefined;
}
