import { find, reach } from "../../../platform/access/reach.ts";
import { can } from "../../../platform/access/actor.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button, cell, empty, formatAgo, link } from "../../../platform/http/cells.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/form-model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/form-page.ts";
import { type List, listAnswer } from "../../../platform/http/list.ts";
import type { SecurityPageModel } from "../../../platform/http/page-models.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { FormModel } from "../../../platform/http/view-models.ts";
import { t } from "../../../platform/language/index.ts";
import { revokeOtherSessions, revokeSession } from "../actions.ts";
import { changePassword } from "../auth.ts";
import { createApiKey, revokeApiKey } from "../keys.ts";
import { deviceOf } from "../rules.ts";

/** Where the account page of each door is. */
const homes = { staff: "/account", portal: "/portal/account" } as const;
type AccountDoor = keyof typeof homes;

async function securityPage(ctx: Ctx, door: AccountDoor, failure: Failure | null): Promise<Answer> {
  const home = homes[door];
  const now = ctx.app.clock.now();
  const sessions = await reach(ctx, "sessions")
    .selectAll()
    .where("revoked_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("last_seen_at", "desc")
    .execute();
  const password = (name: string, label: string, autocomplete: string, hint = ""): ReturnType<typeof field> =>
    field(name, label, { kind: "password", is_required: true, autocomplete, hint, span: 6 });
  const model: SecurityPageModel = {
    header: {
      title: t("Your account"),
      subtitle: ctx.actor.email,
      breadcrumbs: [],
      badges: [],
      actions: can(ctx.actor, "api_keys.manage") ? [link(t("API keys"), "/account/api-keys", "key")] : [],
    },
    tabs: [],
    sessions: sessions.map((session) => ({
      device: deviceOf(session.user_agent),
      where: session.ip_address,
      at_text: formatAgo(session.last_seen_at, ctx.tenant, now),
      is_current: session.id === ctx.actor.session_id,
      revoke:
        session.id === ctx.actor.session_id
          ? null
          : button(t("Sign out"), `${home}/sessions/${session.id}/revoke`, "log-out"),
    })),
    revoke_all:
      sessions.length > 1
        ? button(
            t("Sign out everywhere else"),
            `${home}/sessions/revoke-others`,
            "log-out",
            "ghost",
            t("Sign out all other browsers?"),
          )
        : null,
    password: formModel({
      action: `${home}/password`,
      failure,
      submit_label: t("Change password"),
      sections: [
        {
          title: t("Change password"),
          hint: t("Other browsers are signed out."),
          fields: [
            password("present_password", "Present password", "current-password"),
            password("new_password", "New password", "new-password", "At least 12 characters."),
            password("repeated_password", "New password again", "new-password"),
          ],
        },
      ],
    }),
  };
  return page("account/security", t("Your account"), model, failure?.status ?? 200);
}

function text(fields: FormValues, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

interface KeyRow {
  id: string;
  name: string;
  hint: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

const keyCrumbs = [
  { label: "Your account", href: "/account" },
  { label: "API keys", href: "/account/api-keys" },
];

const keyList: List<KeyRow> = {
  title: "API keys",
  subtitle: "Keys for programs that act in your name.",
  breadcrumbs: [{ label: "Your account", href: "/account" }],
  url: "/account/api-keys",
  table: "api_keys",
  query: (ctx) =>
    reach(ctx, "api_keys").select([
      "api_keys.id",
      "api_keys.name",
      "api_keys.hint",
      "api_keys.last_used_at",
      "api_keys.expires_at",
      "api_keys.revoked_at",
    ]),
  columns: [
    { key: "name", label: "Name", cell: (row) => cell.text(row.name) },
    { key: "hint", label: "Key", cell: (row) => cell.muted(row.hint) },
    {
      key: "state",
      label: "State",
      cell: (row) =>
        row.revoked_at === null ? cell.badge(t("Active"), "success") : cell.badge(t("Revoked"), "neutral"),
    },
    {
      key: "expires_at",
      label: "Expires",
      is_secondary: true,
      cell: (row, ctx) => cell.instant(row.expires_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "revoke",
      label: "",
      cell: (row) => (row.revoked_at === null ? cell.link(t("Revoke"), `/account/api-keys/${row.id}`) : cell.nothing),
    },
  ],
  sort: "name",
  href: (row) => (row.revoked_at === null ? `/account/api-keys/${row.id}` : ""),
  actions: () => [link(t("New API key"), "/account/api-keys/new", "plus", "primary")],
  empty: () =>
    empty(
      "key",
      t("No API keys"),
      t("Make a key for a script or another system that should read or write here."),
      link(t("New API key"), "/account/api-keys/new", "plus", "primary"),
    ),
};

async function keyForm(
  ctx: Ctx,
  _incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
  const options = [...ctx.app.registry.permissions]
    .filter(([name]) => can(ctx.actor, name))
    .map(([value, label]) => ({ value, label, hint: value }));
  return formModel({
    action: "/account/api-keys/new",
    values: typed ?? {},
    failure,
    submit_label: t("Make the key"),
    cancel_url: "/account/api-keys",
    sections: [
      {
        title: t("Key"),
        fields: [
          field("name", t("What it is for"), { is_required: true, span: 6 }),
          field("scopes", t("What it may do"), {
            kind: "checkboxes",
            options,
            hint: t("Nothing chosen: everything you may do."),
            span: 6,
          }),
        ],
      },
    ],
  });
}

/** Password and sessions: the same page behind both doors. */
function securityRoutes(door: AccountDoor): Route[] {
  const home = homes[door];
  const revoking = (path: string, what: Parameters<typeof buttonRoute>[1], done: string): Route => ({
    ...buttonRoute(`${home}/sessions/${path}`, what, () => redirect(home, done)),
    door,
  });
  return [
    { method: "GET", path: home, door, permission: null, handle: (ctx) => securityPage(ctx, door, null) },
    {
      method: "POST",
      path: `${home}/password`,
      door,
      permission: null,
      handle: async (ctx, incoming) => {
        const { fields } = await incoming.form();
        try {
          await changePassword(
            ctx,
            text(fields, "present_password"),
            text(fields, "new_password"),
            text(fields, "repeated_password"),
          );
          return redirect(home, t("Password changed."));
        } catch (error) {
          const failure = formFailure(error);
          return reading(ctx, (reader) => securityPage(reader, door, failure));
        }
      },
    },
    revoking(":id/revoke", revokeSession, "That browser is signed out."),
    revoking("revoke-others", revokeOtherSessions, "All other browsers are signed out."),
  ];
}

/** A person's own account: password, sessions, API keys. */
export const accountPages: Route[] = [
  ...securityRoutes("staff"),
  ...securityRoutes("portal"),
  {
    method: "GET",
    path: "/account/api-keys",
    door: "staff",
    permission: "api_keys.manage",
    handle: (ctx, incoming) => listAnswer(ctx, incoming, keyList),
  },
  ...formRoutes({
    path: "/account/api-keys/new",
    permission: "api_keys.manage",
    action: createApiKey,
    title: () => t("New API key"),
    form: keyForm,
    breadcrumbs: keyCrumbs,
    done: (result) =>
      page("account/key", t("Your new API key"), {
        header: { title: t("Your new API key"), subtitle: "", breadcrumbs: keyCrumbs, badges: [], actions: [] },
        key: (result as { key: string }).key,
      }),
  }),
  {
    method: "GET",
    path: "/account/api-keys/:id",
    door: "staff",
    permission: "api_keys.manage",
    handle: async (ctx, incoming) => {
      const key = await find(ctx, "api_keys", incoming.params["id"] ?? "");
      const form = formModel({
        action: `/account/api-keys/${key.id}/revoke`,
        sections: [],
        submit_label: t("Revoke this key"),
        cancel_url: "/account/api-keys",
        is_destructive: true,
      });
      return page("forms/index", t("Revoke {name}", { name: key.name }), {
        header: {
          title: t("Revoke {name}?", { name: key.name }),
          subtitle: t("Programs that use it are refused from now on."),
          breadcrumbs: keyCrumbs,
          badges: [],
          actions: [],
        },
        form,
      });
    },
  },
  buttonRoute("/account/api-keys/:id/revoke", revokeApiKey, () => redirect("/account/api-keys", t("Key revoked."))),
];
