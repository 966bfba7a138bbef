import { find, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button, cell, empty, link, words } from "../../../platform/http/pages/cells.ts";
import { columnField, field, formModel, type FormValues, rowValues } from "../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/forms/page.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { type Incoming, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { formatPrice } from "../../../platform/money.ts";
import { createWorkType, deleteWorkType, setRounding, updateWorkType } from "../actions/reference.ts";
import { roundingMethods } from "../rules.ts";
import { timeRoundingRules, workTypes } from "../schema.ts";

const permission = "time.configure";
const crumbs = [{ label: "Settings", href: "/settings" }];
const typeCrumbs = [...crumbs, { label: "Work types", href: "/settings/work-types" }];

interface WorkTypeRow {
  id: string;
  name: string;
  description: string;
  default_billable: boolean;
  default_rate: string | null;
  currency: string;
  is_active: boolean;
  sort_order: number;
}

const workTypeList: List<WorkTypeRow> = {
  title: "Work types",
  subtitle: "Kinds of work; contracts and rate cards say what an hour of each costs.",
  breadcrumbs: crumbs,
  url: "/settings/work-types",
  table: "work_types",
  query: (ctx) => reach(ctx, "work_types").selectAll("work_types"),
  columns: [
    {
      key: "name",
      label: "Name",
      sort: { reference: "work_types.name", column: workTypes.columns.name },
      cell: (row) => cell.strong(row.name, `/settings/work-types/${row.id}`),
    },
    { key: "description", label: "Description", is_secondary: true, cell: (row) => cell.muted(row.description) },
    { key: "default_billable", label: "Billable", cell: (row) => cell.check(row.default_billable) },
    {
      key: "default_rate",
      label: "Standard rate",
      is_numeric: true,
      cell: (row, ctx) =>
        row.default_rate === null
          ? cell.nothing
          : cell.number(formatPrice(row.default_rate, row.currency, ctx.tenant.locale)),
    },
    {
      key: "is_active",
      label: "State",
      cell: (row) => (row.is_active ? cell.badge(t("In use"), "success") : cell.badge(t("Not in use"), "neutral")),
    },
    {
      key: "sort_order",
      label: "Position",
      is_numeric: true,
      is_secondary: true,
      sort: { reference: "work_types.sort_order", column: workTypes.columns.sort_order },
      cell: (row) => cell.number(row.sort_order),
    },
  ],
  sort: "sort_order",
  href: (row) => `/settings/work-types/${row.id}`,
  actions: () => [link(t("New work type"), "/settings/work-types/new", "plus", "primary")],
  empty: () =>
    empty(
      "briefcase",
      t("No work types yet"),
      t("Time needs at least one, such as “Remote support”."),
      link(t("New work type"), "/settings/work-types/new", "plus", "primary"),
    ),
};

async function workTypeForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const id = incoming.params["id"] ?? null;
  const row = id === null ? null : await find(ctx, "work_types", id);
  // As long as there is no rate, its currency says nothing.
  const inOwn = row === null || row.default_rate === null ? { currency: ctx.tenant.currency } : {};
  return formModel({
    action: id === null ? "/settings/work-types/new" : `/settings/work-types/${id}`,
    values:
      typed ??
      (row === null
        ? { default_billable: true, is_active: true, ...inOwn }
        : { ...rowValues(workTypes, row), ...inOwn }),
    version: row?.version ?? null,
    failure,
    submit_label: id === null ? t("Add work type") : t("Save changes"),
    cancel_url: "/settings/work-types",
    sections: [
      {
        title: t("Work type"),
        fields: [
          columnField(workTypes, "name"),
          columnField(workTypes, "sort_order", {
            is_required: false,
            hint: t("Small numbers stand first; the first is the one that is proposed."),
          }),
          columnField(workTypes, "description", { span: 6, rows: 2 }),
          columnField(workTypes, "default_billable", {
            hint: t("Time of this type is billed unless the entry says otherwise."),
          }),
          columnField(workTypes, "is_active", { hint: t("Can be chosen for new time.") }),
          columnField(workTypes, "default_rate", {
            hint: t("Per hour, where neither contract nor rate card has one. Empty: there is none."),
          }),
          columnField(workTypes, "currency", {
            is_required: true,
            hint: t("Invoices in another currency do not know this rate."),
          }),
        ],
      },
    ],
  });
}

async function roundingForm(
  ctx: Ctx,
  _: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const row = await reach(ctx, "time_rounding_rules").selectAll().where("is_default", "=", true).executeTakeFirst();
  const present =
    row === undefined
      ? { increment_minutes: 1, rounding_method: "up", minimum_minutes: 0 }
      : rowValues(timeRoundingRules, row);
  return formModel({
    action: "/settings/time-rounding",
    values: typed ?? present,
    version: row?.version ?? null,
    failure,
    submit_label: t("Save"),
    cancel_url: "/settings",
    sections: [
      {
        title: t("How worked minutes become billed minutes"),
        hint: t("For time that is logged from now on. What was worked is kept beside what counts."),
        fields: [
          field("increment_minutes", t("Step"), {
            kind: "number",
            is_required: true,
            hint: t("In minutes; 1 leaves time as it is."),
          }),
          field("rounding_method", t("Round"), {
            kind: "select",
            options: roundingMethods.map((value) => ({ value, label: words(value) })),
          }),
          field("minimum_minutes", t("Minimum"), {
            kind: "number",
            is_required: true,
            hint: t("The least that any work counts for, in minutes; 0 for none."),
          }),
        ],
      },
    ],
  });
}

/** Work types and rounding, under Settings. */
export const settingsPages: Route[] = [
  {
    method: "GET",
    path: "/settings/work-types",
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, workTypeList),
  },
  ...formRoutes({
    path: "/settings/work-types/new",
    permission,
    action: createWorkType,
    title: () => t("New work type"),
    form: workTypeForm,
    breadcrumbs: typeCrumbs,
    done: () => redirect("/settings/work-types", t("Work type added.")),
  }),
  ...formRoutes({
    path: "/settings/work-types/:id",
    permission,
    action: updateWorkType,
    title: async (ctx, { id = "" }) => (await find(ctx, "work_types", id)).name,
    form: workTypeForm,
    extra: (incoming) => ({ id: incoming.params["id"] }),
    breadcrumbs: typeCrumbs,
    actions: (_, incoming) => [
      button(
        t("Delete"),
        `/settings/work-types/${incoming.params["id"] ?? ""}/delete`,
        "trash",
        "danger",
        t("Delete this work type? One that has been used can be taken out of use instead."),
      ),
    ],
    done: () => redirect("/settings/work-types", t("Changes saved.")),
  }),
  buttonRoute(
    "/settings/work-types/:id/delete",
    deleteWorkType,
    () => redirect("/settings/work-types", t("Work type deleted.")),
    (incoming) => `/settings/work-types/${incoming.params["id"] ?? ""}`,
  ),
  ...formRoutes({
    path: "/settings/time-rounding",
    permission,
    action: setRounding,
    title: () => t("Rounding of time"),
    form: roundingForm,
    breadcrumbs: crumbs,
    done: () => redirect("/settings/time-rounding", t("Rounding saved.")),
  }),
];
