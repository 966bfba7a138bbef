import { reach } from "../access/reach.ts";
import type { Ctx } from "../context.ts";
import { cell, formatInstant } from "../http/pages/cells.ts";
import type { CellModel } from "../http/models/lists.ts";
import type { FactsModel } from "../http/models/partials.ts";
import { numberFormat } from "../language/formats.ts";
import { t } from "../language/index.ts";
import { definitionsOf } from "./definitions.ts";
import type { Definition } from "./schema.ts";
import { type CustomValues, targetOf } from "./values.ts";

/** Names of the records that fields point to, by id. */
export type Names = ReadonlyMap<string, string>;

/** The names of everything that the values of some records point to, as far as the actor may see it. */
export async function namesOf(
  ctx: Ctx,
  fields: readonly Definition[],
  records: readonly CustomValues[],
): Promise<Names> {
  const names = new Map<string, string>();
  for (const target of ["companies", "contacts", "users"] as const) {
    const keys = fields.filter((field) => targetOf(field.field_type) === target).map((field) => field.field_key);
    const ids = [...new Set(records.flatMap((values) => keys.map((key) => values[key])))].filter(
      (id): id is string => typeof id === "string",
    );
    if (ids.length === 0) continue;
    if (target === "contacts") {
      const rows = await reach(ctx, target)
        .select(["contacts.id", "contacts.first_name", "contacts.last_name"])
        .where("contacts.id", "in", ids)
        .execute();
      for (const row of rows) names.set(row.id, `${row.first_name} ${row.last_name}`.trim());
    } else {
      const table: "companies" = target as "companies";
      const rows = await reach(ctx, table)
        .select([`${table}.id`, `${table}.name`])
        .where(`${table}.id`, "in", ids)
        .execute();
      for (const row of rows) names.set(row.id, row.name);
    }
  }
  return names;
}

/** A value of a field as a cell. */
export function customCell(ctx: Ctx, field: Definition, value: unknown, names: Names): CellModel {
  if (value === undefined || value === null) return cell.nothing;
  const choices = field.choices;
  switch (field.field_type) {
    case "boolean":
      return cell.text(value === true ? t("Yes") : t("No"));
    case "integer":
    case "number":
      return cell.number(
        numberFormat(ctx.tenant.locale, { maximumFractionDigits: 10 }).format(String(value) as `${number}`),
      );
    case "date":
      return cell.date(String(value), ctx.tenant);
    case "datetime":
      return cell.text(formatInstant(String(value), ctx.tenant));
    case "choice": {
      const choice = choices.find((one) => one.key === value);
      if (choice === undefined) return cell.text(String(value));
      return choice.color === "" ? cell.text(choice.label) : cell.badge(choice.label, choice.color);
    }
    case "choices":
      return cell.text(
        (value as unknown[]).map((key) => choices.find((one) => one.key === key)?.label ?? String(key)).join(", "),
      );
    case "url":
      return cell.web(String(value));
    case "email":
      return cell.mail(String(value));
    case "company":
      return cell.link(names.get(String(value)), `/companies/${String(value)}`);
    case "contact":
      return cell.link(names.get(String(value)), `/contacts/${String(value)}`);
    case "user":
      return cell.person(names.get(String(value)));
    default:
      return cell.text(String(value));
  }
}

/**
 * The custom fields of a record as lists of facts, one a section. Fields without a value are left out where they are
 * archived; `onlyPortal` keeps those that clients may see.
 */
export async function customFacts(
  ctx: Ctx,
  entityType: string,
  values: CustomValues,
  given: { title?: string; onlyPortal?: boolean; onlyFilled?: boolean } = {},
): Promise<FactsModel[]> {
  const fields = (await definitionsOf(ctx, entityType)).filter((field) => {
    if (given.onlyPortal === true && !field.is_portal_visible) return false;
    return field.field_key in values || (field.archived_at === null && given.onlyFilled !== true);
  });
  const names = await namesOf(ctx, fields, [values]);
  const sections = new Map<string, FactsModel>();
  for (const field of fields) {
    const title = field.section === "" ? (given.title ?? t("More")) : field.section;
    const section = sections.get(title) ?? { title, facts: [] };
    sections.set(title, section);
    section.facts.push({ label: field.label, cell: customCell(ctx, field, values[field.field_key], names) });
  }
  return [...sections.values()];
}
