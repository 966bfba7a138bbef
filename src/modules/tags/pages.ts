import { find, reach } from "../../platform/access/reach.ts";
import { button, cell, empty, link } from "../../platform/http/pages/cells.ts";
import { columnField, field, formModel, rowValues } from "../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../platform/http/forms/page.ts";
import { containing } from "../../platform/http/lists/kinds.ts";
import { type List, listAnswer } from "../../platform/http/lists/list.ts";
import { optionsOf } from "../../platform/http/forms/options.ts";
import { redirect, type Route } from "../../platform/http/route.ts";
import { declared, t } from "../../platform/language/index.ts";
import { tags } from "../../platform/tags.ts";
import { createTag, deleteTag, mergeTags, type Tag, updateTag } from "./actions.ts";
import { countsOf } from "./queries.ts";

const permission = "tags.manage";
const base = "/settings/tags";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Tags", href: base },
];

const tagList: List<Pick<Tag, "id" | "name" | "color">> = {
  title: "Tags",
  url: base,
  table: "tags",
  query: (ctx) => reach(ctx, "tags").select(["tags.id", "tags.name", "tags.color"]),
  columns: [
    {
      key: "name",
      label: "Tag",
      sort: { reference: "tags.name", column: tags.columns.name },
      cell: (row) => cell.tags([{ text: row.name, tone: row.color ?? "neutral" }]),
    },
    {
      key: "records",
      label: "Records",
      is_numeric: true,
      cell: () => cell.nothing,
      cells: async (rows, ctx) => {
        const counts = await countsOf(
          ctx,
          rows.map((row) => row.name),
        );
        return rows.map((row) => cell.number(counts.get(row.name) ?? 0));
      },
    },
  ],
  search: "Search tags",
  match: (query, text, ctx) => containing(query, text.toLowerCase(), ["tags.name"], ctx),
  sort: "name",
  href: (row) => `${base}/${row.id}`,
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  actions: () => [link(t("New tag"), `${base}/new`, "plus", "primary")],
  empty: () => empty("tag", t("No tags yet"), t("Tags come up here as soon as somebody gives one to a record.")),
};

/** Colours that can be told apart on light and dark pages; the API takes any. */
const colors: readonly (readonly [string, string])[] = [
  ["#dc2626", declared("Red")],
  ["#ea580c", declared("Orange")],
  ["#d4a017", declared("Yellow")],
  ["#16a34a", declared("Green")],
  ["#0d9488", declared("Teal")],
  ["#2563eb", declared("Blue")],
  ["#7c3aed", declared("Purple")],
  ["#db2777", declared("Pink")],
  ["#78716c", declared("Brown grey")],
];

/** A dot before the name; `own` is a colour that came over the API. */
function colorField(own: string | null = null): ReturnType<typeof field> {
  const other = own === null || colors.some(([value]) => value === own) ? [] : [{ value: own, label: own }];
  return columnField(tags, "color", {
    kind: "select",
    hint: t("A dot before the name, on all pages."),
    options: [
      { value: "", label: t("None") },
      ...colors.map(([value, label]) => ({ value, label: t(label) })),
      ...other,
    ],
  });
}

/** Settings → Tags. */
export const tagPages: Route[] = [
  {
    method: "GET",
    path: base,
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, tagList),
  },
  ...formRoutes({
    path: `${base}/new`,
    permission,
    action: createTag,
    title: () => t("New tag"),
    breadcrumbs: crumbs,
    form: async (_, __, typed, failure) =>
      formModel({
        action: `${base}/new`,
        values: typed ?? {},
        failure,
        submit_label: t("Create tag"),
        cancel_url: base,
        sections: [{ title: "", fields: [columnField(tags, "name"), colorField()] }],
      }),
    done: () => redirect(base, t("Tag created.")),
  }),
  ...formRoutes({
    path: `${base}/:id`,
    permission,
    action: updateTag,
    title: async (ctx, { id = "" }) => (await find(ctx, "tags", id)).name,
    breadcrumbs: crumbs,
    extra: (incoming) => ({ id: incoming.params["id"] }),
    actions: async (ctx, incoming) => {
      const row = await find(ctx, "tags", incoming.params["id"] ?? "");
      const count = (await countsOf(ctx, [row.name])).get(row.name) ?? 0;
      return [
        link(t("Merge"), `${base}/${row.id}/merge`, "merge"),
        button(
          t("Delete"),
          `${base}/${row.id}/delete`,
          "trash",
          "danger",
          t("Take {name} away from {count, plural, one {# record} other {# records}}?", { name: row.name, count }),
        ),
      ];
    },
    form: async (ctx, incoming, typed, failure) => {
      const row = await find(ctx, "tags", incoming.params["id"] ?? "");
      return formModel({
        action: `${base}/${row.id}`,
        values: typed ?? rowValues(tags, row),
        version: row.version,
        failure,
        submit_label: t("Save changes"),
        cancel_url: base,
        sections: [
          {
            title: "",
            fields: [
              columnField(tags, "name", { hint: t("A new name changes on all records.") }),
              colorField(row.color),
            ],
          },
        ],
      });
    },
    done: () => redirect(base, t("Changes saved.")),
  }),
  ...formRoutes({
    path: `${base}/:id/merge`,
    permission,
    action: mergeTags,
    title: async (ctx, { id = "" }) => t("Merge {name}", { name: (await find(ctx, "tags", id)).name }),
    breadcrumbs: crumbs,
    extra: (incoming) => ({ id: incoming.params["id"] }),
    form: async (ctx, incoming, typed, failure) => {
      const row = await find(ctx, "tags", incoming.params["id"] ?? "");
      const others = (await optionsOf(ctx, "tags", { blank: t("Choose") })).filter((one) => one.value !== row.id);
      return formModel({
        action: `${base}/${row.id}/merge`,
        values: typed ?? {},
        version: row.version,
        failure,
        submit_label: t("Merge"),
        cancel_url: `${base}/${row.id}`,
        is_destructive: true,
        sections: [
          {
            title: "",
            hint: t("Records that have {name} get the other tag instead.", { name: row.name }),
            fields: [field("into_id", t("The other tag"), { kind: "select", is_required: true, options: others })],
          },
        ],
      });
    },
    done: () => redirect(base, t("Merged.")),
  }),
  buttonRoute(`${base}/:id/delete`, deleteTag, () => redirect(base, t("Tag deleted."))),
];
