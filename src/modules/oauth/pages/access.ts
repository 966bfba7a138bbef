import { oauthClients, oauthGrants } from "../../../platform/access/oauth.ts";
import type { AnyAction } from "../../../platform/action.ts";
import { cell, empty } from "../../../platform/http/pages/cells.ts";
import { formModel } from "../../../platform/http/forms/model.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { containing } from "../../../platform/http/lists/kinds.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { grantNamed, type GrantRow, grantsOfAll, revokeAnyGrant } from "../grants.ts";

/** Who has allowed which app what, for whoever looks after the apps. */

const at = "/settings/app-access";
const permission = "oauth.manage";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Access of apps", href: at },
];

const grantList: List<GrantRow> = {
  title: "Access of apps",
  subtitle: "What colleagues have allowed apps to do in their name, and apps that act by themselves.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: at,
  table: "oauth_grants",
  query: (ctx) => grantsOfAll(ctx),
  columns: [
    {
      key: "app_name",
      label: "App",
      is_main: true,
      sort: { reference: "oauth_clients.name", column: oauthClients.columns.name },
      cell: (row) => cell.text(row.app_name),
    },
    {
      key: "person",
      label: "Who",
      cell: (row) =>
        row.user_id === row.service_user_id ? cell.muted(t("The app itself")) : cell.person(row.user_name),
    },
    {
      key: "scopes",
      label: "May do",
      is_secondary: true,
      cell: (row, ctx) =>
        cell.muted(row.scopes.map((scope) => t(ctx.app.registry.permissions.get(scope) ?? scope)).join("; ")),
    },
    {
      key: "created_at",
      label: "Since",
      is_secondary: true,
      sort: { reference: "oauth_grants.created_at", column: oauthGrants.columns.created_at },
      cell: (row, ctx) => cell.instant(row.created_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "last_used_at",
      label: "Last used",
      sort: { reference: "oauth_grants.last_used_at", column: oauthGrants.columns.last_used_at },
      cell: (row, ctx) => cell.instant(row.last_used_at, ctx.tenant, ctx.app.clock.now()),
    },
  ],
  search: "Search apps and people",
  match: (query, text, ctx) => containing(query, text, ["oauth_clients.name", "users.name"], ctx),
  sort: "-created_at",
  href: (row) => `${at}/${row.id}`,
  empty: () => empty("globe", t("No app has access"), t("When a colleague allows an app something, it stands here.")),
};

export const accessPages: Route[] = [
  {
    method: "GET",
    path: at,
    door: "staff",
    permission,
    handle: (ctx, incoming) => listAnswer(ctx, incoming, grantList),
  },
  {
    method: "GET",
    path: `${at}/:id`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const grant = await grantNamed(ctx, incoming.params["id"] ?? "");
      const title = t("Take the access of {app} away?", { app: grant.app_name });
      const who = grant.user_id === grant.service_user_id ? grant.app_name : (grant.user_name ?? "");
      return page("forms/index", title, {
        header: {
          title,
          subtitle: t("It acts in the name of {who}. From then on its tokens are refused.", { who }),
          breadcrumbs: crumbs,
          badges: [],
          actions: [],
        },
        form: formModel({
          action: `${at}/${grant.id}/revoke`,
          sections: [],
          submit_label: t("Take away"),
          cancel_url: at,
          is_destructive: true,
        }),
      });
    },
  },
  buttonRoute(`${at}/:id/revoke`, revokeAnyGrant as unknown as AnyAction, () =>
    redirect(at, t("That app has no access any more.")),
  ),
];
