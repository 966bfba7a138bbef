/** The settings pages of the lists that tickets are sorted by: the same page five times. */
import { find } from "../../../../platform/access/reach.ts";
import type { AnyAction } from "../../../../platform/action.ts";
import type { Ctx } from "../../../../platform/context.ts";
import type { Failure } from "../../../../platform/errors.ts";
import type { FormValues } from "../../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../../platform/http/forms/page.ts";
import { listAnswer } from "../../../../platform/http/lists/list.ts";
import type { ActionLink } from "../../../../platform/http/models/partials.ts";
import { button } from "../../../../platform/http/pages/cells.ts";
import { type Incoming, redirect, type Route } from "../../../../platform/http/route.ts";
import { t } from "../../../../platform/language/index.ts";
import type { Panel } from "../../../../platform/module.ts";
import { formOf } from "./form.ts";
import { crumbs, permission, type Setting, settings } from "./kinds.ts";
import { type ListRow, listOf } from "./list.ts";

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
