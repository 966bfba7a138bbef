import { Type } from "@sinclair/typebox";
import { find } from "../../../platform/access/reach.ts";
import { perform } from "../../../platform/action.ts";
import type { Ctx } from "../../../platform/context.ts";
import { notFound } from "../../../platform/errors.ts";
import { button, cell, empty, facts, link } from "../../../platform/http/pages/cells.ts";
import { section } from "../../../platform/http/pages/section.ts";
import { field } from "../../../platform/http/forms/model.ts";
import { showOnce } from "../../../platform/http/pages/shown-once.ts";
import { type Answer, page, type Route } from "../../../platform/http/route.ts";
import { t } from "../../../platform/language/index.ts";
import { keyLifeField, proofField } from "../../staff/index.ts";
import { makeOperatorKey, revokeOperatorKey } from "../operators/actions.ts";
import { hasOperatorJustSignedIn, proveOperatorAgain } from "../operators/proof.ts";
import { operatorButton, operatorForm, operatorPage } from "./form.ts";

/** The API keys of an operator. */

const keyCrumbs = (): { label: string; href: string }[] => [
  { label: t("Your account"), href: "/account" },
  { label: t("API keys"), href: "/account/keys" },
];

async function showKeys(ctx: Ctx): Promise<Answer> {
  const keys = await ctx.db
    .selectFrom("operator_api_keys")
    .selectAll()
    .where("operator_id", "=", ctx.actor.user_id ?? "")
    .where("revoked_at", "is", null)
    .orderBy("created_at", "desc")
    .execute();
  const now = ctx.app.clock.now();
  return page("records/show", t("API keys"), {
    header: {
      title: t("API keys"),
      subtitle: t("Programs manage organizations with one, at /api/v1/tenants of this host."),
      breadcrumbs: [{ label: t("Your account"), href: "/account" }],
      badges: [],
      actions: [link(t("New API key"), "/account/keys/new", "plus", "primary")],
    },
    stats: [],
    tabs: [],
    sections: [
      section({
        id: "keys",
        title: t("API keys"),
        columns: [
          { label: t("Name") },
          { label: t("Ends in") },
          { label: t("Made") },
          { label: t("Last used") },
          { label: t("Expires") },
        ],
        rows: keys.map((key) => ({
          id: key.id,
          href: `/account/keys/${key.id}`,
          cells: [
            cell.strong(key.name, `/account/keys/${key.id}`),
            cell.muted(key.hint),
            cell.instant(key.created_at, ctx.tenant, now),
            cell.instant(key.last_used_at, ctx.tenant, now),
            cell.instant(key.expires_at, ctx.tenant, now),
          ],
        })),
        empty: empty("key", t("No API key yet"), ""),
      }),
    ],
    facts: [],
    notes: "",
    attachments: [],
  });
}

async function showKey(ctx: Ctx, id: string): Promise<Answer> {
  const key = await find(ctx, "operator_api_keys", id);
  const now = ctx.app.clock.now();
  if (key.operator_id !== ctx.actor.user_id) throw notFound(t("This API key"));
  return page("records/show", key.name, {
    header: {
      title: key.name,
      subtitle: t("Ends in {hint}", { hint: key.hint }),
      breadcrumbs: keyCrumbs(),
      badges: [],
      actions:
        key.revoked_at === null
          ? [
              button(
                t("Revoke"),
                `/account/keys/${key.id}/revoke`,
                "trash",
                "danger",
                t("Programs with this key are locked out."),
              ),
            ]
          : [],
    },
    stats: [],
    tabs: [],
    sections: [],
    facts: [
      facts(t("API key"), [
        [t("Made"), cell.instant(key.created_at, ctx.tenant, now)],
        [t("Last used"), cell.instant(key.last_used_at, ctx.tenant, now)],
        [
          t("Expires"),
          key.expires_at === null ? cell.muted(t("Never")) : cell.instant(key.expires_at, ctx.tenant, now),
        ],
      ]),
    ],
    notes: "",
    attachments: [],
  });
}

export const keyPages: Route[] = [
  operatorPage("/account/keys", (ctx) => showKeys(ctx)),
  ...operatorForm({
    path: "/account/keys/new",
    title: "New API key",
    input: Type.Object({ ...makeOperatorKey.input.properties, present_password: Type.Optional(Type.String()) }),
    breadcrumbs: [
      { label: "Your account", href: "/account" },
      { label: "API keys", href: "/account/keys" },
    ],
    form: async (ctx) => ({
      action: "/account/keys/new",
      submit_label: t("Make the key"),
      cancel_url: "/account/keys",
      sections: [
        {
          title: "",
          fields: [
            field("name", t("Name"), { is_required: true, span: 6, hint: t("What it is for.") }),
            keyLifeField(t("Programs with this key are locked out then.")),
            ...((await hasOperatorJustSignedIn(ctx)) ? [] : [proofField()]),
          ],
        },
      ],
    }),
    run: async (ctx, { present_password, ...input }) => {
      await proveOperatorAgain(ctx, typeof present_password === "string" ? present_password : "");
      const { key } = await perform(ctx, makeOperatorKey, input);
      const next = { label: t("I have copied it"), href: "/account/keys" };
      const shown = page("tenants/link", t("Your new API key"), {
        header: {
          title: t("Your new API key"),
          subtitle: "",
          breadcrumbs: keyCrumbs(),
          badges: [],
          actions: [],
        },
        text: t("This is the only time the key is shown. Copy it now and keep it like a password."),
        label: t("API key"),
        url: key,
        next,
      });
      return showOnce(ctx, "operator", shown, next.href);
    },
  }),
  operatorPage("/account/keys/:id", (ctx, { params }) => showKey(ctx, params["id"] ?? "")),
  operatorButton(
    "/account/keys/:id/revoke",
    () => "/account/keys",
    async (ctx, { id }) => {
      await perform(ctx, revokeOperatorKey, { id });
      return t("The key is revoked.");
    },
  ),
];
