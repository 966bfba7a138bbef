import { type Ctx, reading } from "../../platform/context.ts";
import type { Failure } from "../../platform/errors.ts";
import { readInput } from "../../platform/http/forms/page.ts";
import { columnField, field, formFailure, formModel, type FormValues } from "../../platform/http/forms/model.ts";
import type { TrialResult, TriedFormModel } from "../../platform/http/models/pages.ts";
import { type Answer, page, redirect, type Route } from "../../platform/http/route.ts";
import { t } from "../../platform/language/index.ts";
import { changeGateway } from "./change.ts";
import { gatewayOf, saveGateway, webhookUrl } from "./config.ts";
import { hintOf } from "./rules.ts";
import { paymentGatewayConfigs } from "./schema.ts";
import { tryGateway } from "./try-gateway.ts";

const path = "/settings/payments";
const manage = "settings.manage";

async function settingsPage(
  ctx: Ctx,
  typed: FormValues | null,
  failure: Failure | null,
  result: TrialResult | null,
): Promise<Answer> {
  const kept = await gatewayOf(ctx);
  const keep = (secret: string | null | undefined, otherwise: string): string =>
    secret == null
      ? otherwise
      : t("One that ends with {ending} is kept. Leave this empty to keep it.", { ending: hintOf(secret) ?? "" });
  const mode =
    kept?.is_test_mode === true
      ? { text: t("Test mode: no real money moves"), tone: "warning" }
      : { text: t("Live"), tone: "success" };
  const model: TriedFormModel = {
    header: {
      title: t("Online payments"),
      subtitle: t("Clients pay their invoices by card on Stripe's own page. Card numbers never reach this machine."),
      breadcrumbs: [{ label: t("Settings"), href: "/settings" }],
      badges: kept === null ? [] : [mode],
      actions: [],
    },
    form: formModel({
      action: path,
      values: typed ?? { publishable_key: kept?.publishable_key ?? "", is_active: kept?.is_active ?? true },
      version: kept?.version ?? null,
      failure,
      submit_label: t("Save"),
      cancel_url: "/settings",
      sections: [
        {
          title: t("Stripe keys"),
          hint: t(
            "From the Stripe dashboard: Developers, API keys. A restricted key needs to write Checkout Sessions.",
          ),
          fields: [
            field("secret_key", t("Secret key"), {
              kind: "password",
              span: 6,
              is_required: kept === null,
              hint: keep(kept?.secret_key, t("Begins with sk_live_ or sk_test_.")),
            }),
            field("publishable_key", t("Publishable key"), {
              span: 6,
              hint: t("Not needed for Stripe's payment page."),
            }),
          ],
        },
        {
          title: t("Webhook"),
          hint: t(
            "Optional: tells us of payments at once. Without it Stripe is asked every five minutes. Address: {webhookUrl} with the events checkout.session.completed and checkout.session.expired.",
            { webhookUrl: webhookUrl(ctx) },
          ),
          fields: [
            field("webhook_secret", t("Signing secret"), {
              kind: "password",
              span: 6,
              hint: keep(kept?.webhook_secret, t("Begins with whsec_.")),
            }),
          ],
        },
        {
          title: t("In the portal"),
          fields: [columnField(paymentGatewayConfigs, "is_active", { label: t("Clients can pay online") })],
        },
      ],
    }),
    test: { url: `${path}/test`, label: t("Test the key"), result },
    sections: [],
  };
  return page("settings/tried", model.header.title, model, failure?.status ?? 200);
}

const secrets = new Set(["secret_key", "webhook_secret"]);

/** The typed fields; secrets left empty are kept, so they are not sent on. */
function withoutEmptySecrets(fields: FormValues): FormValues {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) => !secrets.has(name) || (typeof value === "string" && value.trim() !== ""),
    ),
  );
}

/** How an organization takes payments: its Stripe keys, with a test. */
export const paymentPages: Route[] = [
  { method: "GET", path, door: "staff", permission: manage, handle: (ctx) => settingsPage(ctx, null, null, null) },
  {
    method: "POST",
    path,
    door: "staff",
    permission: manage,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      try {
        await changeGateway(ctx, readInput(saveGateway.input, withoutEmptySecrets(fields)));
        return redirect(path, t("Payment settings saved."));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => settingsPage(reader, fields, failure, null));
      }
    },
  },
  {
    method: "POST",
    path: `${path}/test`,
    door: "staff",
    permission: manage,
    handle: async (ctx, incoming) => {
      const { fields } = await incoming.form();
      const typed = fields["secret_key"];
      try {
        const result = await tryGateway(ctx, typeof typed === "string" ? typed : "");
        return await reading(ctx, (reader) => settingsPage(reader, fields, null, result));
      } catch (error) {
        const failure = formFailure(error);
        return reading(ctx, (reader) => settingsPage(reader, fields, failure, null));
      }
    },
  },
];
