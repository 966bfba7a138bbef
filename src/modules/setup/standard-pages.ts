import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { cell, empty } from "../../platform/http/pages/cells.ts";
import { formFailure, type FormValues } from "../../platform/http/forms/model.ts";
import { tableModel } from "../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../platform/http/models/pages.ts";
import type { StandardListModel } from "../../platform/http/models/settings.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { offeredItems } from "../../platform/reference.ts";
import { importStandardData, setNamed } from "./standard-data.ts";

const path = "/settings/standard-data";
const permission = "settings.manage";
const crumbs = [{ label: "Settings", href: "/settings" }];

interface SetRow {
  id: string;
  label: string;
  description: string;
  present: number;
  total: number;
}

/** The standard lists, and how much of each is there. */
async function index(ctx: Ctx): Promise<Answer> {
  const rows: SetRow[] = [];
  for (const set of ctx.app.registry.reference) {
    const items = await offeredItems(ctx, set);
    const present = items.filter((item) => item.present !== null).length;
    rows.push({ id: set.key, label: t(set.label), description: t(set.description), present, total: items.length });
  }
  const title = t("Standard data");
  const model: RecordPageModel = {
    header: {
      title,
      subtitle: t("Lists that most MSPs start with. Take what you like; what is there already stays as it is."),
      breadcrumbs: crumbs,
      badges: [],
      actions: [],
    },
    stats: [],
    tabs: [],
    sections: [
      {
        id: "sets",
        title: t("Lists"),
        actions: [],
        table: tableModel<SetRow>(
          ctx,
          {
            title,
            table: "sets",
            href: (row) => `${path}/${row.id}`,
            columns: [
              { key: "label", label: t("List"), cell: (row) => cell.strong(row.label, `${path}/${row.id}`) },
              {
                key: "description",
                label: t("What it is"),
                is_secondary: true,
                cell: (row) => cell.muted(row.description),
              },
              {
                key: "state",
                label: t("There already"),
                cell: (row) =>
                  cell.badge(
                    t("{present} of {total}", { present: row.present, total: row.total }),
                    row.present === row.total ? "success" : "neutral",
                  ),
              },
            ],
          },
          rows,
          "label",
          null,
        ),
        empty: empty("layers", t("No lists"), ""),
        more_url: "",
        more_label: "",
      },
    ],
    facts: [],
    notes: "",
    attachments: [],
  };
  return page("records/show", title, model);
}

async function showSet(ctx: Ctx, key: string, typed: FormValues | null, failure: Failure | null): Promise<Answer> {
  const set = setNamed(ctx, key);
  const title = t(set.label);
  const offered = await offeredItems(ctx, set);
  // Problems name the entry's place among those that were chosen.
  const chosen = typed === null ? [] : offered.flatMap((_, at) => (typed[`use.${at}`] === undefined ? [] : [at]));
  const errorOf = (at: number): string =>
    failure?.problems.find(({ field }) => field.startsWith(`items/${chosen.indexOf(at)}/`))?.message ?? "";
  const model: StandardListModel = {
    header: {
      title,
      subtitle: t(set.description),
      breadcrumbs: [...crumbs, { label: t("Standard data"), href: path }],
      badges: [],
      actions: [],
    },
    action: `${path}/${key}`,
    cancel_url: path,
    error: failure !== null && failure.problems.length === 0 ? failure.message : "",
    rows: offered.map((item, at) => ({
      index: String(at),
      key: item.key,
      depth: String(item.depth),
      label: item.name,
      is_chosen: typed === null ? item.present === null : typed[`use.${at}`] !== undefined,
      name: String(typed?.[`name.${at}`] ?? item.name),
      order: String(typed?.[`order.${at}`] ?? item.sort_order),
      state:
        item.present !== null
          ? { text: t("There already"), tone: "neutral" }
          : item.place_taken_by !== null
            ? { text: t("Its place is taken by {name}", { name: item.place_taken_by }), tone: "warning" }
            : { text: t("New"), tone: "success" },
      error: errorOf(at),
    })),
  };
  return page("settings/standard-list", title, model, failure?.status ?? 200);
}

export const standardDataPages: Route[] = [
  { method: "GET", path, door: "staff", permission, handle: index },
  {
    method: "GET",
    path: `${path}/:list`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => showSet(ctx, incoming.params["list"] ?? "", null, null),
  },
  {
    method: "POST",
    path: `${path}/:list`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const set = setNamed(ctx, incoming.params["list"] ?? "");
      const { fields } = await incoming.form();
      const offered = await reading(ctx, (reader) => offeredItems(reader, set));
      const items = offered.flatMap(({ key }, at) => {
        if (fields[`use.${at}`] === undefined) return [];
        const order = String(fields[`order.${at}`] ?? "").trim();
        return [
          {
            key,
            name: String(fields[`name.${at}`] ?? "").trim(),
            sort_order: /^\d{1,5}$/.test(order) ? Number(order) : order,
          },
        ];
      });
      try {
        const count = await perform(ctx, importStandardData, { set: set.key, items });
        return redirect(
          `${path}/${set.key}`,
          t("{count, plural, =0 {Nothing was chosen.} one {# entry added.} other {# entries added.}}", { count }),
          count === 0 ? "info" : "success",
        );
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => showSet(reader, set.key, fields, failure));
      }
    },
  },
];
