import { sql } from "kysely";
import { can } from "../../../../platform/access/actor.ts";
import { reach } from "../../../../platform/access/reach.ts";
import type { Ctx } from "../../../../platform/context.ts";
import type { Table } from "../../../../platform/database/columns.ts";
import type { List, ListColumn, ListQuery } from "../../../../platform/http/lists/list.ts";
import { cell, empty, link, words } from "../../../../platform/http/pages/cells.ts";
import { t } from "../../../../platform/language/index.ts";
import { ticketCategories, ticketQueues } from "../../schema.ts";
import { crumbs, permission, type Setting } from "./kinds.ts";

/** A row of any of the five; what a table does not have is missing. */
export interface ListRow {
  id: string;
  name: string;
  sort_order: number;
  color?: string;
  is_default?: boolean;
  is_closed?: boolean;
  waiting_on?: string;
  portal_name?: string | null;
  parent?: string | null;
  archived_at?: string | null;
}

/** A number that sorts as a text, whatever its sign: always twelve digits. */
const asText = (position: string) => sql`cast(300000000000 + ${sql.raw(position)} as text)`;

/** Where a category stands among all: each behind its parent, in the order of their own positions. */
const placeInTree = sql<string>`${asText("coalesce(parents.sort_order, ticket_categories.sort_order)")}
  || cast(coalesce(parents.id, ticket_categories.id) as text)
  || case when parents.id is null then '0' else '1' || ${asText("ticket_categories.sort_order")} end`;

function columnsOf(setting: Setting): ListColumn<ListRow>[] {
  const { columns } = setting.table as Table;
  const has = (name: string): boolean => columns[name] !== undefined;
  const href = (row: ListRow): string => `/settings/${setting.path}/${row.id}`;
  const position = columns["sort_order"] ?? ticketQueues.columns.sort_order;
  return [
    {
      key: "name",
      label: t("Name"),
      cell: (row) =>
        row.color === undefined
          ? cell.strong(row.parent == null ? row.name : `\u2003\u21b3 ${row.name}`, href(row))
          : cell.badge(row.name, row.color),
    },
    ...(has("parent_category_id")
      ? [{ key: "parent", label: t("Below"), cell: (row: ListRow) => cell.text(row.parent) }]
      : []),
    ...(has("waiting_on")
      ? [
          {
            key: "waiting_on",
            label: t("Who moves next"),
            cell: (row: ListRow) => cell.text(words(row.waiting_on ?? "")),
          },
        ]
      : []),
    ...(has("is_closed")
      ? [{ key: "is_closed", label: t("Closes"), cell: (row: ListRow) => cell.check(row.is_closed === true) }]
      : []),
    ...(has("portal_name")
      ? [
          {
            key: "portal_name",
            label: t("In the portal"),
            is_secondary: true,
            cell: (row: ListRow) => cell.text(row.portal_name ?? row.name),
          },
        ]
      : []),
    ...(has("is_default")
      ? [
          {
            key: "is_default",
            label: t("Standard"),
            cell: (row: ListRow) => (row.is_default === true ? cell.badge(t("Standard"), "info") : cell.nothing),
          },
        ]
      : []),
    ...(has("archived_at")
      ? [
          {
            key: "archived_at",
            label: "",
            cell: (row: ListRow) => (row.archived_at == null ? cell.nothing : cell.badge(t("Archived"), "warning")),
          },
        ]
      : []),
    {
      key: has("parent_category_id") ? "place" : "sort_order",
      label: t("Position"),
      is_numeric: true,
      is_secondary: true,
      sort: has("parent_category_id")
        ? { reference: "place", expression: placeInTree, column: { kind: "text", isNullable: false } }
        : { reference: `${setting.table.name}.sort_order`, column: position },
      cell: (row) => cell.number(row.sort_order),
    },
  ];
}

export function listOf(setting: Setting): List<ListRow> {
  const { name, noun } = setting.table;
  const all = (ctx: Ctx): ListQuery<ListRow> => {
    if (setting.table !== ticketCategories) return reach(ctx, name).selectAll() as unknown as ListQuery<ListRow>;
    return reach(ctx, "ticket_categories")
      .leftJoin("ticket_categories as parents", "parents.id", "ticket_categories.parent_category_id")
      .selectAll("ticket_categories")
      .select(["parents.name as parent", placeInTree.as("place")]) as unknown as ListQuery<ListRow>;
  };
  return {
    title: setting.title,
    subtitle: setting.text,
    breadcrumbs: crumbs,
    url: `/settings/${setting.path}`,
    table: name,
    query: all,
    columns: columnsOf(setting),
    sort: setting.table === ticketCategories ? "place" : "sort_order",
    size: 200,
    href: (row) => `/settings/${setting.path}/${row.id}`,
    actions: (ctx) =>
      can(ctx.actor, permission)
        ? [link(t("New {noun}", { noun: t(noun) }), `/settings/${setting.path}/new`, "plus", "primary")]
        : [],
    empty: () =>
      empty(
        setting.icon,
        t("Nothing here yet"),
        t(setting.text),
        link(t("New {noun}", { noun: t(noun) }), `/settings/${setting.path}/new`, "plus", "primary"),
      ),
  };
}
