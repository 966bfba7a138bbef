import { find, reach } from "../../../platform/access/reach.ts";
import type { Ctx } from "../../../platform/context.ts";
import type { Failure } from "../../../platform/errors.ts";
import { cell, empty, link } from "../../../platform/http/pages/cells.ts";
import { field, formModel, type FormValues } from "../../../platform/http/forms/model.ts";
import { buttonRoute, formRoutes } from "../../../platform/http/forms/page.ts";
import { type List, listAnswer } from "../../../platform/http/lists/list.ts";
import { scopeFields } from "../../../platform/http/forms/scopes.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Incoming, page, redirect, type Route } from "../../../platform/http/route.ts";
import type { FieldModel, FormModel } from "../../../platform/http/models/forms.ts";
import { t } from "../../../platform/language/index.ts";
import { hasJustSignedIn, proveAgain } from "../auth/proof.ts";
import { createApiKey, revokeApiKey } from "../keys.ts";
import { proofField } from "./security.ts";
import { keyState } from "./key-state.ts";

interface KeyRow {
  id: string;
  name: string;
  hint: string;
  last_used_at: string | null;
  last_used_ip: string | null;
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
      "api_keys.last_used_ip",
      "api_keys.expires_at",
      "api_keys.revoked_at",
    ]),
  columns: [
    { key: "name", label: "Name", cell: (row) => cell.text(row.name) },
    { key: "hint", label: "Key", cell: (row) => cell.muted(row.hint) },
    {
      key: "state",
      label: "State",
      cell: (row, ctx) => keyState(row, ctx.app.clock.now()),
    },
    {
      key: "last_used_at",
      label: "Last used",
      is_secondary: true,
      cell: (row, ctx) => cell.instant(row.last_used_at, ctx.tenant, ctx.app.clock.now()),
    },
    { key: "last_used_ip", label: "From", is_secondary: true, cell: (row) => cell.muted(row.last_used_ip) },
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
  actions: () => [
    link(t("API reference"), "/api", "book"),
    link(t("New API key"), "/account/api-keys/new", "plus", "primary"),
  ],
  empty: () =>
    empty(
      "key",
      t("No API keys"),
      t("Make a key for a script or another system that should read or write here."),
      link(t("New API key"), "/account/api-keys/new", "plus", "primary"),
    ),
};

/** How long a key works: some months, unless something else is chosen. */
export function keyLifeField(hint: string): FieldModel {
  return field("expires_in_days", t("Works for"), {
    kind: "select",
    options: [
      { value: "90", label: t("90 days") },
      { value: "30", label: t("30 days") },
      { value: "365", label: t("One year") },
      { value: "", label: t("Until it is revoked") },
    ],
    hint,
  });
}

async function keyForm(
  ctx: Ctx,
  _incoming: Incoming,
  typed: FormValues | null,
  failure: Failure | null,
): Promise<FormModel> {
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
          keyLifeField(t("You are told a week before it ends.")),
          field("allowed_networks", t("Only from these addresses"), {
            kind: "textarea",
            rows: 2,
            span: 6,
            hint: t("Addresses or networks such as 192.0.2.0/24, one a line. Empty: from anywhere."),
          }),
        ],
      },
      {
        title: t("What it may do"),
        hint: t("Nothing ticked: everything you may do. In any case never more than you may do yourself."),
        fields: scopeFields(ctx, []),
      },
      ...((await hasJustSignedIn(ctx)) ? [] : [{ title: t("Is it you?"), fields: [proofField("_password")] }]),
    ],
  });
}

/** A person's own API keys. */
export const keyPages: Route[] = [
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
    before: async (ctx, incoming) => {
      const { _password: given } = (await incoming.form()).fields;
      await proveAgain(ctx, typeof given === "string" ? given : "", "_password");
    },
    breadcrumbs: keyCrumbs,
    done: (result, _incoming, ctx) => {
      const title = t("Your new API key");
      const shown = page("account/key", title, {
        header: { title, subtitle: "", breadcrumbs: keyCrumbs, badges: [], actions: [] },
        key: (result as { key: string }).key,
        hint: t("Send it in this header with every request to /api/v1: Authorization: Bearer …"),
        next: "/account/api-keys",
      });
      return showOnce(ctx, "staff", shown, "/account/api-keys");
    },
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
