import { apiKeys, users } from "../../../platform/access/schema.ts";
import type { AnyAction } from "../../../platform/action.ts";
import { cell, empty } from "../../../platform/http/pages/cells.ts";
import { formModel } from "../../../platform/http/forms/model.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { containing, revokedFilter } from "../../../platform/http/lists/kinds.ts";
import { notFound } from "../../../platform/errors.ts";
import { page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { revokeAnyApiKey } from "../keys.ts";
import { keyState } from "./key-state.ts";

/** Everybody's API keys, for whoever manages the staff. */

interface Row {
  id: string;
  name: string;
  owner: string;
  hint: string;
  scopes: string[];
  last_used_at: string | null;
  last_used_ip: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

const at = "/settings/api-keys";
const permission = "staff.manage";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "API keys", href: at },
];

const allKeys: List<Row> = {
  title: "API keys",
  subtitle: "The keys of all colleagues. Each makes its own under Your account.",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: at,
  table: "api_keys",
  query: (ctx) =>
    ctx.db
      .selectFrom("api_keys")
      .innerJoin("users", "users.id", "api_keys.user_id")
      .select([
        "api_keys.id",
        "api_keys.name",
        "users.name as owner",
        "api_keys.hint",
        "api_keys.scopes",
        "api_keys.last_used_at",
        "api_keys.last_used_ip",
        "api_keys.expires_at",
        "api_keys.revoked_at",
      ]),
  columns: [
    {
      key: "name",
      label: "Name",
      is_main: true,
      sort: { reference: "api_keys.name", column: apiKeys.columns.name },
      cell: (row) => cell.text(row.name),
    },
    {
      key: "owner",
      label: "Owner",
      sort: { reference: "users.name", column: users.columns.name },
      cell: (row) => cell.text(row.owner),
    },
    { key: "hint", label: "Key", is_secondary: true, cell: (row) => cell.muted(row.hint) },
    {
      key: "scopes",
      label: "Scopes",
      is_secondary: true,
      cell: (row) => (row.scopes.length === 0 ? cell.text(t("All of the owner's")) : cell.number(row.scopes.length)),
    },
    {
      key: "last_used_at",
      label: "Last used",
      is_secondary: true,
      sort: { reference: "api_keys.last_used_at", column: apiKeys.columns.last_used_at },
      cell: (row, ctx) => cell.instant(row.last_used_at, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "last_used_ip", label: "From", is_secondary: true, cell: (row) => cell.muted(row.last_used_ip) },
    {
      key: "expires_at",
      label: "Expires",
      is_secondary: true,
      sort: { reference: "api_keys.expires_at", column: apiKeys.columns.expires_at },
      cell: (row, ctx) => cell.instant(row.expires_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "state",
      label: "State",
      cell: (row, ctx) => keyState(row, ctx.app.clock.now()),
    },
  ],
  filters: [revokedFilter<Row>("api_keys.revoked_at")],
  search: "Search names and owners",
  match: (query, text, ctx) => containing(query, text, ["api_keys.name", "users.name"], ctx),
  sort: "name",
  href: (row) => (row.revoked_at === null ? `${at}/${row.id}` : ""),
  empty: () => empty("key", t("No API keys"), t("Nobody has made one yet.")),
};

export const allKeyPages: Route[] = [
  { method: "GET", path: at, door: "staff", permission, handle: (ctx, incoming) => listAnswer(ctx, incoming, allKeys) },
  {
    method: "GET",
    path: `${at}/:id`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const key = await ctx.db
        .selectFrom("api_keys")
        .innerJoin("users", "users.id", "api_keys.user_id")
        .select(["api_keys.id", "api_keys.name", "users.name as owner"])
        .where("api_keys.id", "=", incoming.params["id"] ?? "")
        .executeTakeFirst();
      if (key === undefined) throw notFound(t("This API key"));
      const title = t("Revoke {name} of {owner}?", { name: key.name, owner: key.owner });
      return page("forms/index", title, {
        header: {
          title,
          subtitle: t("Programs that use it are refused from now on."),
          breadcrumbs: crumbs,
          badges: [],
          actions: [],
        },
        form: formModel({
          action: `${at}/${key.id}/revoke`,
          sections: [],
          submit_label: t("Revoke this key"),
          cancel_url: at,
          is_destructive: true,
        }),
      });
    },
  },
  buttonRoute(`${at}/:id/revoke`, revokeAnyApiKey as unknown as AnyAction, () => redirect(at, t("Key revoked."))),
];
