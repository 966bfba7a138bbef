import { can } from "../../platform/access/actor.ts";
import { find } from "../../platform/access/reach.ts";
import { perform } from "../../platform/action.ts";
import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { button } from "../../platform/http/pages/cells.ts";
import { field, formModel, type FormValues, rowValues } from "../../platform/http/forms/model.ts";
import { formRoutes } from "../../platform/http/forms/page.ts";
import { listState, savedQuery } from "../../platform/http/lists/state.ts";
import { savedViews } from "../../platform/http/lists/schema.ts";
import { countedTabs } from "../../platform/http/lists/views.ts";
import { type Answer, fragment, type Incoming, redirect, type Route } from "../../platform/http/route.ts";
import type { FormModel } from "../../platform/http/models/forms.ts";
import { t } from "../../platform/language/index.ts";
import { backTo, listNamed } from "./columns.ts";
import { changeView, chooseDefault, deleteView, keepViews, saveView, shareViews, type ViewRow } from "./views.ts";

/** Saving views, and what one can do with saved ones. */

const idOf = (incoming: Incoming): string => incoming.params["id"] ?? "";
const viewAt = (row: ViewRow): string => `${row.list_key}?view=${row.id}`;

function fieldsOf(ctx: Ctx, isShared: boolean): FormModel["sections"] {
  return [
    {
      title: "",
      hint: "",
      fields: [
        field("name", t("Name"), { is_required: true, max_length: 80, span: 6 }),
        field("is_pinned", t("Show as a tab, with its count"), { kind: "checkbox", span: 6 }),
        ...(can(ctx.actor, shareViews) || isShared
          ? [
              field("is_shared", t("Share with everybody"), {
                kind: "checkbox",
                span: 6,
                hint: t("Each sees in it what they may see."),
              }),
            ]
          : []),
      ],
    },
  ];
}

/** A form that makes a view of what stands on the page that it was opened from. */
async function newForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const of = (name: string): string => String(typed?.[name] ?? incoming.url.searchParams.get(name) ?? "");
  const list = listNamed(ctx, typed === null ? of("list") : of("list_key"));
  const state = await listState(ctx, backTo(list.url, of("back")), list);
  const hidden = (name: string, value: string): ReturnType<typeof field> => field(name, "", { kind: "hidden", value });
  const [section] = fieldsOf(ctx, false);
  return formModel({
    action: "/lists/views/new",
    values: typed ?? { is_pinned: true },
    failure,
    submit_label: t("Save view"),
    cancel_url: state.at({}),
    sections: [
      {
        title: "",
        fields: [...(section?.fields ?? []), hidden("list_key", list.url), hidden("view_query", savedQuery(state))],
      },
    ],
  });
}

async function editForm(
  ctx: Ctx,
  incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const row = await find(ctx, "saved_views", idOf(incoming));
  return formModel({
    action: `/lists/views/${row.id}`,
    values: typed ?? rowValues(savedViews, row),
    version: row.version,
    failure,
    submit_label: t("Save"),
    cancel_url: viewAt(row),
    sections: fieldsOf(ctx, row.is_shared),
  });
}

/** Makes what stands on the page the view itself. */
async function updateFromPage(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields } = await incoming.form();
  const { row, query } = await reading(ctx, async (reader) => {
    const found = await find(reader, "saved_views", idOf(incoming));
    const list = listNamed(reader, found.list_key);
    return { row: found, query: savedQuery(await listState(reader, backTo(list.url, fields["back"]), list)) };
  });
  await perform(ctx, changeView, { id: row.id, view_query: query });
  return redirect(viewAt(row), t("The view “{name}” shows this from now on.", { name: row.name }));
}

async function makeDefault(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const { fields } = await incoming.form();
  const list = listNamed(ctx, String(fields["list"] ?? ""));
  const view = String(fields["view"] ?? "");
  await perform(ctx, chooseDefault, { list: list.url, view: view === "" ? null : view });
  const back = backTo(list.url, fields["back"]);
  return redirect(back.pathname + back.search, t("This list opens with this view from now on."));
}

async function counts(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const list = listNamed(ctx, incoming.url.searchParams.get("list") ?? "");
  const asked = incoming.url.searchParams;
  const view = asked.get("view") ?? "";
  const tabs = await countedTabs(ctx, list, view, asked.get("shown") ?? view);
  return fragment("lists/_tabs", { title: list.title, tabs, counts_url: "" });
}

export const viewRoutes: Route[] = [
  { method: "GET", path: "/lists/counts", door: "staff", permission: null, handle: counts },
  { method: "POST", path: "/lists/views/default", door: "staff", permission: null, handle: makeDefault },
  ...formRoutes({
    path: "/lists/views/new",
    permission: keepViews,
    action: saveView,
    title: () => t("Save as a view"),
    form: newForm,
    done: (result) => redirect(viewAt(result as ViewRow), t("View saved.")),
  }),
  ...formRoutes({
    path: "/lists/views/:id",
    permission: keepViews,
    action: changeView,
    title: async (ctx, params) =>
      reading(ctx, async (reader) => (await find(reader, "saved_views", params["id"] ?? "")).name),
    form: editForm,
    extra: (incoming) => ({ id: idOf(incoming) }),
    actions: (_, incoming) => [
      button(t("Delete"), `/lists/views/${idOf(incoming)}/delete`, "trash", "danger", t("Delete this view?")),
    ],
    done: (result) => redirect(viewAt(result as ViewRow), t("View saved.")),
  }),
  {
    method: "POST",
    path: "/lists/views/:id/update",
    door: "staff",
    permission: keepViews,
    handle: updateFromPage,
  },
  {
    method: "POST",
    path: "/lists/views/:id/delete",
    door: "staff",
    permission: keepViews,
    handle: async (ctx, incoming) => {
      const row = await perform(ctx, deleteView, { id: idOf(incoming) });
      return redirect(row.list_key, t("The view “{name}” is deleted.", { name: row.name }));
    },
  },
];
