import { type SelectQueryBuilder, sql } from "kysely";
import { reach, wholeShape } from "../../access/reach.ts";
import type { Ctx } from "../../context.ts";
import { runOnceBuilt } from "../../database/once.ts";
import { tableNamed } from "../../database/columns.ts";
import { titledWith } from "../../database/search.ts";
import type { TableName, Tables } from "../../database/tables.ts";
import { idOrNone, isId } from "../../ids.ts";
import { t } from "../../language/index.ts";
import type { Option } from "./model.ts";

const most = 1000;

type Wanted = Readonly<Record<string, string | boolean | readonly string[]>>;
type Choices = SelectQueryBuilder<Tables, TableName, Option>;

/**
 * Rows of a table as choices of a select, by name, archived and deactivated ones left out; `keep` is the row (or the
 * rows) chosen now, which stays a choice whatever became of it and however many others there are, so that a record that is
 * changed in another field does not lose it. Where there are more than are read at once, those with the words that were typed into the
 * field come as well. `where` narrows them, with null for those that have nothing there. Ids may be what an address or a sent form
 * says: one that is none fits nothing.
 */
export async function optionsOf(
  ctx: Ctx,
  name: TableName,
  given: {
    label?: string;
    blank?: string;
    keep?: string | null | readonly string[];
    where?: Record<string, string | boolean | null>;
  } = {},
): Promise<Option[]> {
  const table = tableNamed(name);
  const { label = "name" } = given;
  const wanted = Object.entries(given.where ?? {}).map(([column, value]): [string, string | boolean | null] => [
    column,
    typeof value === "string" && table?.columns[column]?.kind === "id" ? idOrNone(value) : value,
  ]);
  const where = wanted.flatMap(([column, value]) => (value === null ? [] : [column]));
  const unset = wanted.flatMap(([column, value]) => (value === null ? [column] : []));
  const ends = ["archived_at", "deactivated_at"].filter((column) => table?.columns[column] !== undefined);
  const order = table?.columns["sort_order"] === undefined ? label : "sort_order";
  const matching = (values: Wanted): Choices => {
    let query = reach(ctx, name).select([
      `${name}.id as value`,
      `${name}.${label} as label`,
    ] as never) as unknown as Choices;
    for (const column of where) query = query.where(sql.ref(`${name}.${column}`), "=", values[column]);
    for (const column of unset) query = query.where(sql.ref(`${name}.${column}`), "is", null);
    return query;
  };
  const open = (those: Wanted): Choices =>
    ends.reduce((query, column) => query.where(sql.ref(`${name}.${column}`), "is", null), matching(those));
  const shape = `options ${name} ${label} ${where.join()} ${unset.join()}`;
  const values = Object.fromEntries(wanted.flatMap(([column, value]) => (value === null ? [] : [[column, value]])));
  const rows = await runOnceBuilt(ctx, wholeShape(ctx, shape, name), values, (those) =>
    open(those)
      .orderBy(sql.ref(`${name}.${order}`))
      .limit(most),
  );
  const options: Option[] = given.blank === undefined ? [] : [{ value: "", label: given.blank }];
  options.push(...rows);
  if (ctx.sought !== undefined && rows.length === most && ctx.app.registry.search.has(name)) {
    const found = open(values)
      .where(titledWith(ctx, ctx.sought, { [name]: `${name}.id` }))
      .limit(most);
    options.push(...beside(rows, await found.execute()));
  }
  const keep = [given.keep ?? []].flat().filter((id) => !options.some(({ value }) => value === id) && isId(id));
  if (keep.length > 0)
    options.push(
      ...(await runOnceBuilt(ctx, wholeShape(ctx, `${shape} kept`, name), { ...values, keep }, (those) =>
        matching(those).where(sql.ref(`${name}.id`), "in", those.keep),
      )),
    );
  return options;
}

/** The companies as choices of a field that has to name one; `companyId` is empty or the one chosen now. */
export async function companyOptions(ctx: Ctx, companyId: string): Promise<Option[]> {
  const rows = await optionsOf(ctx, "companies", { keep: companyId });
  return [{ value: "", label: rows.length === 0 ? t("No companies yet") : t("Choose a company") }, ...rows];
}

/** Those that are not there yet. */
function beside<R extends { value: string }>(rows: readonly R[], found: readonly R[]): R[] {
  const present = new Set(rows.map(({ value }) => value));
  return found.filter(({ value }) => !present.has(value));
}

/**
 * Names of contacts as choices: the first and the last; `kept` are those that are chosen now, as above, of whichever company:
 * who moved to another one since still took part in what they took part in.
 */
export async function contactOptions(
  ctx: Ctx,
  companyId: string | null,
  blank: string,
  kept: readonly (string | null)[] = [],
): Promise<Option[]> {
  const all = () =>
    reach(ctx, "contacts").select([
      "contacts.id as value",
      "contacts.first_name",
      "contacts.last_name",
      "contacts.email",
    ]);
  const open = (company: string | null) =>
    (company === null ? all() : all().where("contacts.company_id", "=", company))
      .where("contacts.archived_at", "is", null)
      .orderBy("contacts.first_name")
      .orderBy("contacts.last_name")
      .limit(most);
  const company = companyId === null ? null : idOrNone(companyId);
  const rows =
    company === null
      ? await open(null).execute()
      : await runOnceBuilt(ctx, wholeShape(ctx, "contacts to choose", "contacts"), { company }, (given) =>
          open(given.company),
        );
  const people = [...rows];
  if (ctx.sought !== undefined && rows.length === most) {
    const titled = titledWith(ctx, ctx.sought, { contacts: "contacts.id" });
    people.push(...beside(rows, await open(company).where(titled).execute()));
  }
  const left = kept.filter((id) => isId(id) && !people.some(({ value }) => value === id));
  if (left.length > 0) people.push(...(await all().where("contacts.id", "in", left).execute()));
  return [
    { value: "", label: blank },
    ...people.map((row) => ({
      value: row.value,
      label: `${row.first_name} ${row.last_name}`.trim(),
      hint: row.email ?? "",
    })),
  ];
}
