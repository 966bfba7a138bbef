import { sql } from "kysely";
import type { Ctx } from "../../context.ts";
import { type Column, labelOf, type Table } from "../../database/columns.ts";
import { isSortable } from "../../database/order.ts";
import { t } from "../../language/index.ts";
import { tagChips, tagsOf } from "../../tags.ts";
import { cell, words } from "../pages/cells.ts";
import type { ListColumn, ListQuery } from "./list.ts";
import type { CellModel } from "../models/lists.ts";

/**
 * Columns of a list that stand aside until somebody chooses them. Each brings to the query what it shows, so a list costs
 * nothing for columns that nobody looks at.
 */

type Row = Record<string, unknown>;

/** A column of the list's own table, shown by its kind. Who may not read the column is not offered it. */
export function optionalColumn<R>(
  table: Table,
  name: string,
  given: Partial<Pick<ListColumn<R>, "label" | "cell" | "is_secondary">> = {},
): ListColumn<R> {
  const column = table.columns[name];
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return {
    key: name,
    label: labelOf(name, column),
    is_optional: true,
    is_secondary: true,
    is_numeric: ["integer", "decimal", "money"].includes(column.kind),
    ...(column.readPermission === null ? {} : { permission: column.readPermission }),
    // Long texts have no order that helps anybody.
    ...(isSortable(column) && column.maxLength <= 1000 ? { sort: { reference: `${table.name}.${name}`, column } } : {}),
    select: (query) => {
      const selected = query.select(sql.ref(`${table.name}.${name}`).as(name)) as ListQuery<R>;
      return column.kind === "money"
        ? (selected.select(sql.ref(`${table.name}.currency`).as("currency")) as ListQuery<R>)
        : selected;
    },
    cell: (row, ctx) => shown(column, (row as Row)[name], row as Row, ctx),
    ...given,
  };
}

function shown({ kind, format }: Column, value: unknown, row: Row, ctx: Ctx): CellModel {
  if (value === null || value === undefined) return cell.nothing;
  if (kind === "instant") return cell.instant(String(value), ctx.tenant, ctx.app.clock.now());
  if (kind === "date") return cell.date(String(value), ctx.tenant);
  if (kind === "boolean") return cell.check(value === true);
  if (kind === "enum") return cell.text(words(String(value)));
  if (kind === "money") return cell.money(Number(value), String(row["currency"]), ctx.tenant);
  if (kind === "integer" || kind === "decimal") return cell.number(String(value));
  if (format === "website") return cell.web(String(value));
  return cell.text(String(value));
}

/**
 * What a reference of the list's own table is called: the name of the row it points to. `href` makes it a link.
 *
 * @param given.name the target's columns that make up the name, with a space between
 */
export function optionalReference<R>(
  table: Table,
  reference: string,
  given: { key?: string; label?: string; name: readonly string[]; href?(id: string): string },
): ListColumn<R> {
  const column = table.columns[reference];
  if (column?.references == null) throw new Error(`${table.name}.${reference} is no reference`);
  const key = given.key ?? reference.replace(/_id$/, "");
  const alias = `shown_${key}`;
  const parts = given.name.map((name) => sql`coalesce(${sql.ref(`${alias}.${name}`)}, '')`);
  const whole = sql<string>`${sql.join(parts, sql` || ' ' || `)}`;
  return {
    key,
    label: given.label ?? labelOf(reference, column),
    is_optional: true,
    is_secondary: true,
    reads: column.references,
    // By what is shown: a page begins behind the name that the one before it ended with.
    sort: { reference: key, expression: whole, column: { kind: "text", isNullable: false } },
    select: (query) =>
      query
        .leftJoin(`${String(column.references)} as ${alias}`, `${alias}.id`, `${table.name}.${reference}`)
        .select([whole.as(key), sql.ref(`${table.name}.${reference}`).as(`${alias}_id`)]) as ListQuery<R>,
    cell: (row) => {
      const name = String((row as Row)[key] ?? "").trim();
      const id = (row as Row)[`${alias}_id`];
      if (given.href === undefined || typeof id !== "string") return cell.text(name);
      return cell.link(name, given.href(id));
    },
  };
}

/** The tags of the list's records; each leads to the list narrowed to it. */
export function tagsColumn<R>(entityType: string): ListColumn<R> {
  return {
    key: "tags",
    label: t("Tags"),
    is_optional: true,
    is_secondary: true,
    cell: () => cell.nothing,
    cells: async (rows, ctx) => {
      const tags = await tagsOf(
        ctx,
        entityType,
        rows.map((row) => String((row as Row)["id"])),
      );
      const chips = await tagChips(ctx, tags.flat(), `/${entityType}`);
      return tags.map((names) => cell.tags(names.flatMap((name) => chips.find(({ text }) => text === name) ?? [])));
    },
  };
}
