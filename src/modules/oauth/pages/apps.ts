import { oauthClients } from "../../../platform/access/oauth.ts";
import { find, reach } from "../../../platform/access/reach.ts";
import { type AnyAction, perform } from "../../../platform/action.ts";
import { type Ctx, reading } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { button, cell, empty, facts, link } from "../../../platform/http/pages/cells.ts";
import { field, formFailure, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { buttonRoute } from "../../../platform/http/forms/page.ts";
import { scopeFields } from "../../../platform/http/forms/scopes.ts";
import { containing, revokedFilter } from "../../../platform/http/lists/kinds.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import type { RecordPageModel } from "../../../platform/http/models/pages.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { type ClientInput, createClient, revokeClient, rotateSecret, updateClient } from "../clients.ts";

/** Apps of others, under Settings. */

interface AppRow {
  id: string;
  name: string;
  is_confidential: boolean;
  is_service: boolean;
  last_used_at: string | null;
  revoked_at: string | null;
}

const at = "/settings/apps";
const permission = "oauth.manage";
const crumbs = [
  { label: "Settings", href: "/settings" },
  { label: "Connected apps", href: at },
];

const appList: List<AppRow> = {
  title: "Connected apps",
  subtitle: "Other people's programs that may ask your colleagues for access, or act by themselves (OAuth 2.0).",
  breadcrumbs: [{ label: "Settings", href: "/settings" }],
  url: at,
  table: "oauth_clients",
  query: (ctx) =>
    reach(ctx, "oauth_clients").select([
      "oauth_clients.id",
      "oauth_clients.name",
      "oauth_clients.is_confidential",
      "oauth_clients.is_service",
      "oauth_clients.last_used_at",
      "oauth_clients.revoked_at",
    ]),
  columns: [
    {
      key: "name",
      label: "Name",
      is_main: true,
      sort: { reference: "oauth_clients.name", column: oauthClients.columns.name },
      cell: (row) => cell.strong(row.name, `${at}/${row.id}`),
    },
    {
      key: "kind",
      label: "Kind",
      is_secondary: true,
      cell: (row) =>
        cell.text(row.is_service ? t("Acts by itself") : row.is_confidential ? t("On a server") : t("On a device")),
    },
    {
      key: "last_used_at",
      label: "Last used",
      is_secondary: true,
      sort: { reference: "oauth_clients.last_used_at", column: oauthClients.columns.last_used_at },
      cell: (row, ctx) => cell.instant(row.last_used_at, ctx.tenant, ctx.app.clock.now()),
    },
    {
      key: "state",
      label: "State",
      cell: (row) =>
        row.revoked_at === null ? cell.badge(t("Active"), "success") : cell.badge(t("Revoked"), "neutral"),
    },
  ],
  filters: [revokedFilter<AppRow>("oauth_clients.revoked_at")],
  search: "Search names and descriptions",
  match: (query, text, ctx) => containing(query, text, ["oauth_clients.name", "oauth_clients.description"], ctx),
  sort: "name",
  href: (row) => `${at}/${row.id}`,
  actions: () => [link(t("New app"), `${at}/new`, "plus", "primary")],
  empty: () =>
    empty(
      "globe",
      t("No connected apps"),
      t("Register an app of somebody else's, such as an RMM or a reporting tool, so that it can ask for access."),
      link(t("New app"), `${at}/new`, "plus", "primary"),
    ),
};

function inputOf(fields: FormValues, isNew: boolean): Partial<ClientInput> {
  const text = (name: string): string => (typeof fields[name] === "string" ? String(fields[name]) : "");
  const scopes = [fields["scopes"] ?? []].flat().map(String);
  return {
    name: text("name"),
    description: text("description"),
    redirect_uris: text("redirect_uris")
      .split(/\s+/)
      .filter((line) => line !== ""),
    scopes: scopes.filter((scope) => scope !== ""),
    is_service: text("is_service") === "true",
    ...(isNew ? { is_confidential: text("is_confidential") !== "false" } : {}),
  };
}

async function formAnswer(
  ctx: Ctx,
  id: string | null,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<Answer> {
  const row = id === null ? null : await find(ctx, "oauth_clients", id);
  const title = row === null ? t("New app") : t("Edit {name}", { name: row.name });
  const values: FormValues =
    typed ?? (row === null ? { is_confidential: "true" } : { ...row, redirect_uris: row.redirect_uris.join("\n") });
  const form = formModel({
    action: row === null ? `${at}/new` : `${at}/${row.id}/edit`,
    values,
    version: row?.version ?? null,
    failure,
    submit_label: row === null ? t("Register the app") : t("Save"),
    cancel_url: row === null ? at : `${at}/${row.id}`,
    sections: [
      {
        title: t("App"),
        fields: [
          field("name", t("Name"), {
            is_required: true,
            max_length: 80,
            span: 6,
            hint: t("People read it when they are asked."),
          }),
          field("description", t("What it is for"), { max_length: 500, span: 6 }),
          ...(row === null
            ? [
                field("is_confidential", t("Where it runs"), {
                  kind: "radio",
                  span: 6,
                  options: [
                    { value: "true", label: t("On a server"), hint: t("It can keep a secret, and gets one.") },
                    {
                      value: "false",
                      label: t("On people's devices"),
                      hint: t(
                        "Apps and pages in the browser: anybody could read a secret out of them, so they get none.",
                      ),
                    },
                  ],
                }),
              ]
            : []),
          field("redirect_uris", t("Redirect addresses"), {
            kind: "textarea",
            span: 6,
            hint: t("One a line, compared letter by letter: where people are sent back to."),
          }),
          field("is_service", t("May act by itself, without a person"), {
            kind: "checkbox",
            span: 6,
            hint: t("Then it needs no redirect address; it may do all that is ticked below."),
          }),
        ],
      },
      {
        title: t("What it may do"),
        hint: t("At most this. In a person's name it can never do more than the person."),
        fields: scopeFields(ctx, row?.scopes ?? []),
      },
    ],
  });
  const model = {
    header: { title, subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
    form,
  };
  return page("forms/index", title, model, failure?.status ?? 200);
}

function secretPage(ctx: Ctx, secret: string, id: string): Answer {
  const title = t("The app's secret");
  const next = `${at}/${id}`;
  const shown = page("account/key", title, {
    header: { title, subtitle: "", breadcrumbs: crumbs, badges: [], actions: [] },
    key: secret,
    hint: t("Client ID: {id}. The app sends both to /oauth/token.", { id }),
    next,
  });
  return showOnce(ctx, "staff", shown, next);
}

async function show(ctx: Ctx, incoming: Incoming): Promise<Answer> {
  const app = await find(ctx, "oauth_clients", incoming.params["id"] ?? "");
  const path = `${at}/${app.id}`;
  const { permissions } = ctx.app.registry;
  const grants = await ctx.db
    .selectFrom("oauth_grants")
    .select((eb) => eb.fn.count<number>("user_id").distinct().as("people"))
    .where("client_id", "=", app.id)
    .where("revoked_at", "is", null)
    .executeTakeFirstOrThrow();
  const isActive = app.revoked_at === null;
  const model: RecordPageModel = {
    header: {
      title: app.name,
      subtitle: app.description,
      breadcrumbs: crumbs,
      badges: [isActive ? { text: t("Active"), tone: "success" } : { text: t("Revoked"), tone: "neutral" }],
      actions: isActive
        ? [
            link(t("Edit"), `${path}/edit`, "pencil"),
            ...(app.is_confidential
              ? [
                  button(
                    t("New secret"),
                    `${path}/rotate-secret`,
                    "refresh",
                    "ghost",
                    t("Make a new secret? The present one stops working at once."),
                  ),
                ]
              : []),
            button(
              t("Revoke"),
              `${path}/revoke`,
              "ban",
              "danger",
              t("Revoke {name}? It and all its access are refused from now on.", { name: app.name }),
            ),
          ]
        : [],
    },
    stats: [],
    tabs: [],
    sections: [],
    facts: [
      facts(t("App"), [
        [t("Client ID"), cell.text(app.id)],
        [t("Secret"), cell.muted(app.secret_hint)],
        [t("Where it runs"), cell.text(app.is_confidential ? t("On a server") : t("On people's devices"))],
        [t("Acts by itself"), cell.text(app.is_service ? t("Yes") : t("No"))],
        [t("People who allowed it"), cell.number(Number(grants.people))],
        [t("Last used"), cell.instant(app.last_used_at, ctx.tenant, ctx.app.clock.now())],
      ]),
      facts(
        t("Redirect addresses"),
        app.redirect_uris.map((uri, index) => [String(index + 1), cell.text(uri)]),
      ),
      facts(
        t("What it may do"),
        app.scopes.map((scope) => [scope, cell.text(t(permissions.get(scope) ?? scope))]),
      ),
    ].filter((group) => group.facts.length > 0),
    notes: "",
    attachments: [],
  };
  return page("records/show", app.name, model);
}

export const appPages: Route[] = [
  { method: "GET", path: at, door: "staff", permission, handle: (ctx, incoming) => listAnswer(ctx, incoming, appList) },
  { method: "GET", path: `${at}/new`, door: "staff", permission, handle: (ctx) => formAnswer(ctx, null, null, null) },
  {
    method: "POST",
    path: `${at}/new`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        const { client, secret } = await perform(ctx, createClient, inputOf(fields, true));
        return secret === null
          ? redirect(`${at}/${client.id}`, t("The app is registered."))
          : secretPage(ctx, secret, client.id);
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => formAnswer(reader, null, fields, failure));
      }
    },
  },
  { method: "GET", path: `${at}/:id`, door: "staff", permission, handle: show },
  {
    method: "GET",
    path: `${at}/:id/edit`,
    door: "staff",
    permission,
    handle: (ctx, incoming) => formAnswer(ctx, incoming.params["id"] ?? "", null, null),
  },
  {
    method: "POST",
    path: `${at}/:id/edit`,
    door: "staff",
    permission,
    handle: async (ctx, incoming) => {
      const id = incoming.params["id"] ?? "";
      const { fields } = await incoming.form();
      const version = Number(fields["version"] ?? "");
      try {
        await perform(ctx, updateClient, {
          ...inputOf(fields, false),
          id,
          ...(Number.isInteger(version) && version > 0 ? { version } : {}),
        });
        return redirect(`${at}/${id}`, t("The app is saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => formAnswer(reader, id, fields, failure));
      }
    },
  },
  {
    ...buttonRoute(`${at}/:id/rotate-secret`, rotateSecret as unknown as AnyAction, (incoming, result, ctx) =>
      secretPage(ctx, (result as { secret: string }).secret, incoming.params["id"] ?? ""),
    ),
  },
  buttonRoute(`${at}/:id/revoke`, revokeClient as unknown as AnyAction, (incoming) =>
    redirect(`${at}/${incoming.params["id"] ?? ""}`, t("The app is revoked.")),
  ),
];
