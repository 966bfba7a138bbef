import { can } from "../../../platform/access/actor.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import type { AnyAction } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Table } from "../../../platform/database/columns.ts";
import type { TableName } from "../../../platform/database/tables.ts";
import { writable } from "../../../platform/database/edge.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button, cell, empty, link, words } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/forms/page.ts";
import { type List, type ListColumn, listAnswer, type ListQuery } from "../../../platform/http/lists/list.ts";
import { optionsOf } from "../../../platform/http/forms/options.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import type { ActionLink } from "../../../platform/http/models/partials.ts";
import { declared, t } from "../../../platform/language/index.ts";
import type { Panel } from "../../../platform/module.ts";
import {
  categoryActions,
  type ListActions,
  type ListTable,
  priorityActions,
  queueActions,
  statusActions,
  typeActions,
} from "../actions/lists.ts";
import { ticketCategories, ticketPriorities, ticketQueues, ticketStatuses, ticketTypes } from "../schema.ts";

/** The settings pages of the lists that tickets are sorted by: the same page five times. */
interface Setting {
  table: ListTable;
  actions: ListActions;
  /** Last part of the address, after `/settings/`. */
  path: string;
  title: string;
  text: string;
  icon: string;
}

const settings: readonly Setting[] = [
  {
    table: ticketQueues,
    actions: queueActions,
    path: "ticket-queues",
    title: "Queues",
    text: "The boards that tickets are sorted onto.",
    icon: "layers",
  },
  {
    table: ticketStatuses,
    actions: statusActions,
    path: "ticket-statuses",
    title: "Statuses",
    text: "The states of a ticket, who moves next, what may follow, and what clients read.",
    icon: "flag",
  },
  {
    table: ticketPriorities,
    actions: priorityActions,
    path: "ticket-priorities",
    title: "Priorities",
    text: "How urgent a ticket is, from low to critical.",
    icon: "bolt",
  },
  {
    table: ticketTypes,
    actions: typeActions,
    path: "ticket-types",
    title: "Ticket types",
    text: "Incidents, requests and what else you tell apart, and what each begins with.",
    icon: "tag",
  },
  {
    table: ticketCategories,
    actions: categoryActions,
    path: "ticket-categories",
    title: "Categories",
    text: "What tickets are about, in two levels.",
    icon: "folder",
  },
];

const permission = "tickets.configure";
const crumbs = [{ label: "Settings", href: "/settings" }];

interface ListRow {
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

function columnsOf(setting: Setting): ListColumn<ListRow>[] {
  const { columns } = setting.table as Table;
  const has = (name: string): boolean => columns[name] !== undefined;
  const href = (row: ListRow): string => `/settings/${setting.path}/${row.id}`;
  const position = columns["sort_order"] ?? ticketQueues.columns.sort_order;
  return [
    {
      key: "name",
      label: t("Name"),
      cell: (row) => (row.color === undefined ? cell.strong(row.name, href(row)) : cell.badge(row.name, row.color)),
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
      key: "sort_order",
      label: t("Position"),
      is_numeric: true,
      is_secondary: true,
      sort: { reference: `${setting.table.name}.sort_order`, column: position },
      cell: (row) => cell.number(row.sort_order),
    },
  ];
}

function listOf(setting: Setting): List<ListRow> {
  const { name, noun } = setting.table;
  const all = (ctx: Ctx): ListQuery<ListRow> => {
    if (setting.table !== ticketCategories) return reach(ctx, name).selectAll() as unknown as ListQuery<ListRow>;
    return reach(ctx, "ticket_categories")
      .leftJoin("ticket_categories as parents", "parents.id", "ticket_categories.parent_category_id")
      .selectAll("ticket_categories")
      .select("parents.name as parent") as unknown as ListQuery<ListRow>;
  };
  return {
    title: setting.title,
    subtitle: setting.text,
    breadcrumbs: crumbs,
    url: `/settings/${setting.path}`,
    table: name,
    query: all,
    columns: columnsOf(setting),
    sort: "sort_order",
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

const hints: Record<string, string> = {
  is_closed: declared("Settled once tickets have this status."),
  portal_name: declared("When clients should read another word than the team."),
  is_default: declared("What new tickets get."),
  sla_multiplier: declared("0.5 halves the targets, 2 doubles them."),
};

async function formOf(
  ctx: Ctx,
  setting: Setting,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const { id } = incoming.params;
  const row = id === undefined ? null : await find(ctx, setting.table.name, id);
  const first: FormValues =
    setting.table === ticketStatuses
      ? { color: "#3b82c4", waiting_on: "us", is_clock_running: true }
      : { color: "#3b82c4", sla_multiplier: "1" };
  const fields: FieldModel[] = [];
  for (const name of writable(setting.table as Table)) {
    const options =
      name === "parent_category_id"
        ? {
            options: (await optionsOf(ctx, "ticket_categories", { blank: t("None: a category of its own") })).filter(
              (option) => option.value !== id,
            ),
          }
        : {};
    const reference = (setting.table as Table).columns[name]?.references;
    const chosen =
      name !== "parent_category_id" && reference != null
        ? { options: await optionsOf(ctx, reference as TableName, { blank: t("As for all tickets") }) }
        : options;
    fields.push(columnField(setting.table as Table, name, { ...chosen, hint: t(hints[name] ?? "") }));
  }
  if (setting.table === ticketStatuses)
    fields.push(
      field("next_status_ids", t("May be followed by"), {
        kind: "checkboxes",
        span: 6,
        has_blank: true,
        hint: t("None ticked: any status may follow. Clients who answer open a closed ticket all the same."),
        options: (await optionsOf(ctx, "ticket_statuses")).filter((option) => option.value !== id),
      }),
    );
  return formModel({
    action: incoming.url.pathname,
    values: typed ?? (row === null ? first : { ...rowValues(setting.table as Table, row), ...followingOf(row) }),
    version: row?.version ?? null,
    failure,
    submit_label: row === null ? t("Create {noun}", { noun: t(setting.table.noun) }) : t("Save changes"),
    cancel_url: `/settings/${setting.path}`,
    sections: [{ title: "", fields }],
  });
}

const followingOf = (row: object): FormValues =>
  "next_status_ids" in row ? { next_status_ids: row.next_status_ids } : {};

async function buttonsOf(ctx: Ctx, setting: Setting, id: string): Promise<ActionLink[]> {
  const row = (await find(ctx, setting.table.name, id)) as unknown as ListRow;
  const at = `/settings/${setting.path}/${id}`;
  const archiving =
    row.archived_at == null
      ? button(t("Archive"), `${at}/archive`, "archive")
      : button(t("Restore"), `${at}/restore`, "refresh");
  return [
    ...(setting.actions.archive === null ? [] : [archiving]),
    button(t("Delete"), `${at}/delete`, "trash", "danger", t("Delete {name}?", { name: row.name })),
  ];
}

function routesOf(setting: Setting): Route[] {
  const { actions, table } = setting;
  const path = `/settings/${setting.path}`;
  const breadcrumbs = [...crumbs, { label: setting.title, href: path }];
  const at = (incoming: Incoming): string => `${path}/${incoming.params["id"] ?? ""}`;
  const shared = {
    permission,
    breadcrumbs,
    done: () => redirect(path, t("Saved.")),
    form: (ctx: Ctx, incoming: Incoming, typed: FormValues | null, failure: Failure | null) =>
      formOf(ctx, setting, incoming, typed, failure),
  };
  return [
    {
      method: "GET",
      path,
      door: "staff",
      permission,
      handle: (ctx, incoming) => listAnswer(ctx, incoming, listOf(setting)),
    },
    ...formRoutes({
      ...shared,
      path: `${path}/new`,
      action: actions.create as unknown as AnyAction,
      title: () => t("New {noun}", { noun: t(table.noun) }),
    }),
    ...formRoutes({
      ...shared,
      path: `${path}/:id`,
      action: actions.update as unknown as AnyAction,
      title: async (ctx, { id = "" }) => t("Edit {name}", { name: (await find(ctx, table.name, id)).name }),
      extra: (incoming) => ({ id: incoming.params["id"] }),
      actions: (ctx, incoming) => buttonsOf(ctx, setting, incoming.params["id"] ?? ""),
    }),
    buttonRoute(`${path}/:id/delete`, actions.remove as unknown as AnyAction, () => redirect(path, t("Deleted.")), at),
    ...(actions.archive === null
      ? []
      : [
          buttonRoute(
            `${path}/:id/archive`,
            actions.archive as unknown as AnyAction,
            () => redirect(path, t("Archived.")),
            at,
          ),
        ]),
    ...(actions.restore === null
      ? []
      : [
          buttonRoute(
            `${path}/:id/restore`,
            actions.restore as unknown as AnyAction,
            () => redirect(path, t("Restored.")),
            at,
          ),
        ]),
  ];
}

export const settingsPages: Route[] = settings.flatMap(routesOf);

export const settingsCards: readonly Panel[] = settings.map(({ title, text, path, icon }, index): Panel => ({
  page: "settings",
  order: 50 + index,
  permission,
  load: async () => ({ kind: "card", group: t("Service desk"), title, text, href: `/settings/${path}`, icon }),
}));
